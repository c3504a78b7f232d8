const LONGEST_RELATIVE = 30 * 24 * 3_600;
const LONGEST_ABSOLUTE = 2 ** 31 - 1;
const AT_ONCE = -1;

/**
 * The lifetime, as memcached takes it, of a value that has so many milliseconds to live. It is two or three seconds longer, because
 * the server counts in seconds, by a clock that a timer moves: on a busy machine it is late, and lifetimes that begin then end early.
 * When a session expires is decided by the time in the value.
 */
export function lifetimeOf(milliseconds: number): number {
  if (milliseconds <= 0) {
    return AT_ONCE;
  }
  const seconds = Math.ceil(milliseconds / 1_000) + 2;
  if (seconds <= LONGEST_RELATIVE) {
    return seconds;
  }
  // The server takes a number above 30 days for a Unix time: for one in 1970, so that the session would be gone at once.
  return Math.min(Math.floor(Date.now() / 1_000) + seconds, LONGEST_ABSOLUTE);
}
