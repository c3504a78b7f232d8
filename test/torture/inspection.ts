import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredSession } from './inspection.controller.js';
import type { Place } from './place.js';
import { ask } from './torture-client.js';
import { LEASE } from './tortured-app.js';
import type { TorturedProcess } from './tortured-process.js';
import type { Violation } from './violation.js';

/** The longest that a request that was left alone may wait for a lock, and a lease after that. */
const IDLE_LIMIT = 15_000;
const TOMBSTONE_LIFE = 30_000;

/** Looks at what is there when the clients are done, through a process that has the store. */
export class Inspection {
  constructor(
    private readonly place: Place,
    private readonly processes: readonly TorturedProcess[],
  ) {}

  /** Waits until no process has or wants a lock, and what those that died have had has run out. */
  async untilIdle(): Promise<Violation[]> {
    const limit = performance.now() + IDLE_LIMIT;
    let locks = await this.#locks();
    while (locks.some((count) => count > 0) && performance.now() < limit) {
      await sleep(100);
      locks = await this.#locks();
    }
    await sleep(2 * LEASE);
    return locks.flatMap((count, process): Violation[] =>
      count === 0
        ? []
        : [{ kind: 'something left behind', evidence: `process ${process} has ${count} locks or waiters` }],
    );
  }

  async sessions(): Promise<StoredSession[]> {
    return JSON.parse(await this.#ask('POST', '/inspection/sessions', await this.place.keys())) as StoredSession[];
  }

  /** Ends all sessions; settles when no tombstone can be left. */
  async bury(): Promise<void> {
    await this.#ask('POST', '/inspection/burials', await this.place.keys());
    await sleep(TOMBSTONE_LIFE + 1_500);
  }

  /** Cleans up twice: what the second time finds is something that the first one left. */
  async leftovers(): Promise<string[]> {
    await this.place.advance?.(2 * TOMBSTONE_LIFE);
    const removed = Number(await this.#ask('POST', '/clean-up'));
    const again = Number(await this.#ask('POST', '/clean-up'));
    const late = again === 0 ? [] : [`${again} sessions that a clean-up which removed ${removed} has left`];
    return [...late, ...(await this.place.leftovers())];
  }

  async #locks(): Promise<number[]> {
    const answers = this.processes.map(({ url }) => ask({ method: 'GET', url: `${url}/locks`, patience: IDLE_LIMIT }));
    return (await Promise.all(answers)).map((answer) => (typeof answer === 'string' ? NaN : Number(answer.text)));
  }

  /** Of the first process; the circuit breaker of the store may still have to close. */
  async #ask(method: 'GET' | 'POST', path: string, body?: unknown): Promise<string> {
    const url = (this.processes[0]?.url ?? '') + path;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask({ method, url, body, patience: 60_000 });
      if (typeof answer !== 'string' && answer.status < 300) return answer.text;
      if (attempt === 5) throw new Error(`${method} ${path}: ${typeof answer === 'string' ? answer : answer.text}`);
      await sleep(1_000);
    }
  }
}
