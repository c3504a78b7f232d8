/** Cancels the timer. Harmless when it has fired. */
export type CancelTimer = () => void;

/** All that the library knows of time. */
export interface Clock {
  /** Wall-clock time in epoch milliseconds: decides what has expired. */
  now(): number;
  /** Milliseconds on a clock that never jumps: measures waits and leases. */
  monotonic(): number;
  /** Calls back once after so many milliseconds. It keeps the process alive only while somebody waits for it (`isAwaited`). */
  setTimer(callback: () => void, milliseconds: number, options?: { readonly isAwaited?: boolean }): CancelTimer;
}
