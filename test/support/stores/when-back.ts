import { setTimeout as sleep } from 'node:timers/promises';
import { SessionStoreError } from 'nestjs-sessions';
import { LIMIT } from '../basics/within.js';

/** What the work gives as soon as its store can be reached. */
export async function whenBack<T>(work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SessionStoreError) || performance.now() - started > LIMIT) throw error;
      await sleep(50);
    }
  }
}
