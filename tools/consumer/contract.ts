import { Logger } from '@nestjs/common';
import type { Clock, SessionStore, StartableStore } from 'nestjs-sessions';
import { sessionStoreContract } from 'nestjs-sessions/testing';

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (callback, milliseconds) => {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** In real time, and with as many cases beside each other as leave each of them enough of it. */
const BESIDE = 4;

/** What the store contract demands, each case on a store of its own. */
export async function keepContract(open: () => SessionStore & Partial<StartableStore>): Promise<void> {
  const create = async (): Promise<SessionStore> => {
    const store = open();
    await store.start?.({ clock, logger: new Logger('contract') });
    return store;
  };
  const cases = sessionStoreContract({ create });
  const left = cases.values();
  const lane = async (): Promise<void> => {
    for (const { name, run } of left) {
      await run().catch((error: unknown) => {
        throw new Error(`the contract is broken: ${name}`, { cause: error });
      });
    }
  };
  await Promise.all(Array.from({ length: BESIDE }, lane));
  console.log(`${String(cases.length)} cases of the contract kept`);
}
