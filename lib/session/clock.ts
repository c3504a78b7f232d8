import type { Clock } from '../interfaces/clock.interface.js';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: (callback, milliseconds, { isAwaited = false } = {}) => {
    const timer = setTimeout(callback, milliseconds);
    if (!isAwaited) {
      timer.unref();
    }
    return () => clearTimeout(timer);
  },
};
