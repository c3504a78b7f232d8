import { seconds } from 'nestjs-sessions';
import type { ManualClock } from 'nestjs-sessions/testing';

/** The default of `storeTimeout`. */
const STORE_TIMEOUT = seconds(2);

/** How an operation of a store can fail: `ObservedStore.before()` takes it. */
export type StoreFailure = readonly [name: string, step: () => Promise<unknown>];

// eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what such stores do
const rejectWith = (reason: unknown): Promise<never> => new Promise((_, reject) => reject(reason));

/** What a client must never see of it: where the store is, how it was reached, and where in the code. */
export const SECRET_OF_THE_STORE = 'No space left on db.internal:5432';

export const fails: StoreFailure = ['fails', () => rejectWith(new Error(SECRET_OF_THE_STORE))];
export const hangs: StoreFailure = ['hangs', () => new Promise(() => undefined)];

/** Hangs, and the deadline of that operation passes at once: nobody waits for it, and no other operation is late. */
export function hangsBeyondDeadline(clock: ManualClock): StoreFailure {
  const step = (): Promise<never> => {
    // By then the deadline is there.
    setImmediate(() => clock.advance(STORE_TIMEOUT));
    return new Promise(() => undefined);
  };
  return ['hangs', step];
}

/** What stores of applications throw besides errors. */
export const nonsense: readonly StoreFailure[] = [
  ['throws a text', () => rejectWith(SECRET_OF_THE_STORE)],
  ['throws undefined', () => rejectWith(undefined)],
  ['throws an object that cannot be converted to text', () => rejectWith({ toString: refuse, message: {} })],
  ['throws an object without a prototype', () => rejectWith(Object.create(null))],
  [
    'throws an error whose message cannot be read',
    () => rejectWith(Object.defineProperty(new Error(), 'message', { get: refuse })),
  ],
];

export const storeFailures = [fails, hangs, ...nonsense];

function refuse(): never {
  throw new Error('not to be looked at');
}
