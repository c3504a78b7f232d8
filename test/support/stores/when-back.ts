import { setTimeout as sleep } from 'node:timers/promises';
import { SessionStoreError } from 'nestjs-sessions';

/** What the work gives as soon as its store can be reached. */
export async function whenBack<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error;
      await sleep(50);
    }
  }
}
