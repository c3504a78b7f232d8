import type { StoreLog } from './store-log.js';

/** Clocks that are synchronised differ by less, in milliseconds. */
const MOST_SKEW = 5_000;

/**
 * For a store whose sessions expire by the clock of its server. `server` is the name of that server, and `serverTime` and
 * `machineTime` are epoch milliseconds.
 */
export function warnOfSkew(log: StoreLog, server: string, serverTime: number, machineTime: number): void {
  const skew = serverTime - machineTime;
  if (Math.abs(skew) <= MOST_SKEW) {
    return;
  }
  const direction = skew > 0 ? 'ahead of' : 'behind';
  log.warn(
    'skew',
    `${server}'s clock is ${Math.round(Math.abs(skew) / 1_000)} s ${direction} this machine's. This machine computes when ` +
      `sessions expire, and they expire by ${server}'s clock: synchronise both, with NTP.`,
  );
}
