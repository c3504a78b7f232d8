import { once } from 'node:events';
import { Browser } from './browser.js';
import type { Calls } from './count-work.calls.js';
import type { Serializations } from './count-work.json.js';
import type { Promises } from './count-work.promises.js';
import { spawnApp, type SpawnedApp } from './spawn-app.js';

/** What the library does for one request. */
export interface Work extends Calls {
  readonly promises: Promises;
  readonly json: Serializations;
  /** The methods of the store that were called, in their order. */
  readonly operations: readonly string[];
}

/** The requests that are counted, and their routes. */
export const COUNTED = {
  'no session': '/no-session',
  'read-only, a number': '/read-number',
  'read-only, an object': '/read-object',
  'locked, unchanged': '/locked-unchanged',
  'locked, an object changed': '/locked-change',
  'first visit': '/first-visit',
} as const;

export type Counted = keyof typeof COUNTED;

const WARM_UP = 50;
const TRIES = 5;

/** Counts the work of the compiled library for one request of each kind, with the `MemoryStore`, after a warm-up. */
export async function countWork(): Promise<ReadonlyMap<Counted, Work>> {
  const app = await spawnApp(new URL('./count-work.app.ts', import.meta.url));
  const visitor = new Browser(app.ready);
  const found = new Map<Counted, Work>();
  await ask(visitor, '/first-visit');
  for (const [name, path] of Object.entries(COUNTED) as [Counted, string][]) {
    for (let visit = 0; visit < WARM_UP; visit += 1) {
      await ask(path === COUNTED['first visit'] ? new Browser(app.ready) : visitor, path);
    }
    const tries: Work[] = [];
    while (tries.length < TRIES) {
      const browser = path === COUNTED['first visit'] ? new Browser(app.ready) : visitor;
      await tell(app, 'begin');
      await ask(browser, path);
      tries.push((await tell(app, 'end')) as Work);
    }
    found.set(name, least(tries));
  }
  app.process.kill();
  await app.exited;
  return found;
}

export function callsOf({ functions }: Work): number {
  return functions.reduce((sum, { calls }) => sum + calls, 0);
}

export function objectsOf({ objects }: Work): number {
  return Object.values(objects).reduce((sum, count) => sum + count, 0);
}

/** Without what is done now and then, such as filling the pool of random bytes. */
function least(tries: readonly Work[]): Work {
  return tries.reduce((best, work) => (callsOf(work) < callsOf(best) ? work : best));
}

async function ask(browser: Browser, path: string): Promise<void> {
  const { status, text } = await browser.get(path);
  if (status !== 200) {
    throw new Error(`${path} was answered with ${status}: ${text}`);
  }
}

async function tell(app: SpawnedApp, message: 'begin' | 'end'): Promise<unknown> {
  const answer = once(app.process, 'message');
  const gone = app.exited.then((): never => {
    throw new Error(`The counted application ended:\n${app.output()}`);
  });
  app.process.send(message);
  const [value] = (await Promise.race([answer, gone])) as [unknown];
  return value;
}
