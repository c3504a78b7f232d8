import { once } from 'node:events';
import { Browser } from '../http/browser.js';
import type { Allocations } from './allocations.js';
import type { Calls } from './calls.js';
import type { Serializations } from './json.js';
import type { Promises } from './promises.js';
import { spawnApp, type SpawnedApp } from '../processes/spawn-app.js';

/** What the application is told: to begin to count, or to say what it has counted since. */
export type Order = 'count' | 'counted' | 'weigh' | 'weighed';

/** What the library does for one request. */
export interface Work extends Calls {
  readonly promises: Promises;
  readonly json: Serializations;
  readonly allocations: Allocations;
  /** The methods of the store that were called, in their order. */
  readonly operations: readonly string[];
}

/** The requests that are counted, and their routes. */
const COUNTED = {
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
  const app = await spawnApp(new URL('./app.ts', import.meta.url));
  const visitor = new Browser(app.ready);
  const visitorOf = (path: string): Browser => (path === COUNTED['first visit'] ? new Browser(app.ready) : visitor);
  const found = new Map<Counted, Work>();
  await ask(visitor, '/first-visit');
  for (const [name, path] of Object.entries(COUNTED) as [Counted, string][]) {
    for (let visit = 0; visit < WARM_UP; visit += 1) {
      await ask(visitorOf(path), path);
    }
    const tries: Work[] = [];
    while (tries.length < TRIES) {
      await tell(app, 'count');
      await ask(visitorOf(path), path);
      const counted = (await tell(app, 'counted')) as Omit<Work, 'allocations'>;
      await tell(app, 'weigh');
      await ask(visitorOf(path), path);
      tries.push({ ...counted, allocations: (await tell(app, 'weighed')) as Allocations });
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
  const fewest = tries.reduce((best, work) => (callsOf(work) < callsOf(best) ? work : best));
  const lightest = tries.reduce((best, work) => (work.allocations.objects < best.allocations.objects ? work : best));
  return { ...fewest, allocations: lightest.allocations };
}

async function ask(browser: Browser, path: string): Promise<void> {
  const { status, text } = await browser.get(path);
  if (status !== 200) {
    throw new Error(`${path} was answered with ${status}: ${text}`);
  }
}

async function tell(app: SpawnedApp, order: Order): Promise<unknown> {
  const answer = once(app.process, 'message');
  const gone = app.exited.then((): never => {
    throw new Error(`The counted application ended:\n${app.output()}`);
  });
  app.process.send(order);
  const [value] = (await Promise.race([answer, gone])) as [unknown];
  return value;
}
