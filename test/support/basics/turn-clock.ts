import { systemClock } from '../../../lib/session/clock.js';
import type { Clock } from '../../../lib/interfaces/clock.interface.js';

/** Milliseconds of a turn. */
const TURN = 10;

/**
 * A clock for deadlines beside servers that do answer: it counts the turns that the process gets. On a machine that stops, or that
 * is so busy that each turn takes long, the deadlines come later as well.
 */
export const turnClock: Clock = {
  ...systemClock,
  setTimer: (callback, milliseconds, options) => {
    let cancel = (): void => undefined;
    const turn = (left: number): void => {
      cancel = systemClock.setTimer(
        () => (left > TURN ? turn(left - TURN) : callback()),
        Math.min(left, TURN),
        options,
      );
    };
    turn(milliseconds);
    return () => cancel();
  },
};
