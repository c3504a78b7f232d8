import type { Clock } from '../../interfaces/clock.interface.js';
import type { SweepableStore, SweepBatch, SweepOptions } from '../../interfaces/store-abilities.interface.js';
import { withDeadline } from './deadline.js';

/** A batch deletes a thousand records where a request reads one. */
const BATCH_TIMEOUT = 30_000;

/**
 * The batches of a store's clean-up, each with a deadline: one that hangs must not keep the clean-up from its next attempt.
 *
 * @throws SessionStoreError when a batch hangs, and what the store throws.
 */
export async function* sweepInBatches(
  store: SweepableStore,
  options: SweepOptions,
  clock: Clock,
): AsyncGenerator<SweepBatch, void, undefined> {
  const batches = store.sweep(options)[Symbol.asyncIterator]();
  const run = <T>(step: () => T | Promise<T>): Promise<T> =>
    withDeadline(clock, BATCH_TIMEOUT, `${store.constructor.name}.sweep()`, step);
  // The store is told to stop when its caller stops, unless it has ended or hangs.
  let isWaiting = true;
  try {
    for (;;) {
      isWaiting = false;
      const next = await run(() => batches.next());
      if (next.done === true) {
        return;
      }
      isWaiting = true;
      yield next.value;
    }
  } finally {
    if (isWaiting) {
      await run(() => batches.return?.());
    }
  }
}
