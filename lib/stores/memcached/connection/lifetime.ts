const LONGEST_RELATIVE = 30 * 24 * 3_600;
const LONGEST_ABSOLUTE = 2 ** 31 - 1;
const AT_ONCE = -1;

/**
 * The lifetime, as memcached takes it, of a value that has so many milliseconds to live. It is a second or two longer, because
 * the server counts in seconds. When a session expires is decided by the time in the value.
 */
export function lifetimeOf(milliseconds: number): number {
  if (milliseconds <= 0) {
    return AT_ONCE;
  }
  const seconds = Math.ceil(milliseconds / 1_000) + 1;
  if (seconds <= LONGEST_RELATIVE) {
    return seconds;
  }
  // The server takes a number above 30 days for a Unix time: for one in 1970, so that the session would be gone at once.
  return Math.min(Math.floor(Date.now() / 1_000) + seconds, LONGEST_ABSOLUTE);
}
