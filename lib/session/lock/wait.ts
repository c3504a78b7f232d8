import type { Clock } from '../../interfaces/clock.interface.js';

/** How a wait ended. */
export type WaitOutcome = 'ready' | 'elapsed' | 'aborted';

/** Waits for `ready`, for so many milliseconds, or until the signal, whichever comes first; without `ready` it only pauses. */
export function waitFor(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  ready?: Promise<void>,
): Promise<WaitOutcome> {
  if (signal.aborted) {
    return Promise.resolve('aborted');
  }
  return new Promise((resolve) => {
    const settle = (outcome: WaitOutcome): void => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const onAbort = (): void => settle('aborted');
    // A script that waits for a lock has nothing else that would keep it from ending.
    const cancel = clock.setTimer(() => settle('elapsed'), Math.max(0, milliseconds), { isAwaited: true });
    signal.addEventListener('abort', onAbort);
    void ready?.then(() => settle('ready'));
  });
}
