/** Milliseconds. Above them memcached takes a lifetime for a date, and drops at once what should live for longer. */
const LONGEST_RELATIVE = 30 * 24 * 3_600_000;

/** The last date that memcached knows, in milliseconds. */
const LAST_DATE = (2 ** 31 - 1) * 1_000;

/** How a backend is told that a value lives for more than 30 days. What kind of backend it is, the first such value shows. */
export class LongLifetimes {
  /** Whether the backend takes them for dates. */
  areDates = false;
  /** Whether that is known. */
  areTried = false;

  isUntried(lifetime: number): boolean {
    return !this.areTried && isLong(lifetime);
  }

  /** Whole milliseconds: Redis refuses all others. */
  of(lifetime: number): number {
    const milliseconds = Math.ceil(lifetime);
    return this.areDates && isLong(lifetime) ? Math.min(Date.now() + milliseconds, LAST_DATE) : milliseconds;
  }
}

function isLong(lifetime: number): boolean {
  return lifetime > LONGEST_RELATIVE;
}
