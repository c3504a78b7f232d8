import { SessionStoreError } from '../../errors/index.js';
import { RETRY_AFTER } from '../../errors/session-store.error.js';
import type { Clock } from '../../interfaces/clock.interface.js';

/**
 * For work of a store that no request waits for. What becomes of it after the deadline is ignored. With `isAwaited` the process
 * does not end before the deadline.
 *
 * @throws SessionStoreError that names the work, and what the work throws.
 */
export function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  name: string,
  work: () => T | Promise<T>,
  isAwaited = false,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onDeadline = (): void =>
      reject(new SessionStoreError(`${name} did not end within ${milliseconds} ms`, RETRY_AFTER));
    const cancel = clock.setTimer(onDeadline, milliseconds, { isAwaited });
    Promise.resolve().then(work).then(resolve, reject).finally(cancel);
  });
}
