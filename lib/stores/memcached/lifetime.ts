const LONGEST_RELATIVE = 30 * 24 * 3_600;
const LONGEST_ABSOLUTE = 2 ** 31 - 1;
const AT_ONCE = -1;

/**
 * How long the server keeps a value that has so many milliseconds to live: a second or two longer, because its clock ticks
 * in seconds and the instant in the value decides.
 */
export function lifetimeOf(milliseconds: number): number {
  if (milliseconds <= 0) {
    return AT_ONCE;
  }
  const seconds = Math.ceil(milliseconds / 1_000) + 1;
  if (seconds <= LONGEST_RELATIVE) {
    return seconds;
  }
  // Above 30 days the server takes the number for a Unix time: one in 1970, and the session is gone at once.
  return Math.min(Math.floor(Date.now() / 1_000) + seconds, LONGEST_ABSOLUTE);
}
