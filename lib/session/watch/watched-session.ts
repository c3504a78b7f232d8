/**
 * How a watched session ended:
 * - `ended`: it was destroyed, by a logout.
 * - `rotated`: it lives on under another id, which its browser has and the socket has not.
 * - `expired`: its time was over.
 * - `unknown`: it is not there, and nothing says why: it ended too long ago, or there never was one. Or `watch.maxWatched` sessions are
 *   watched already.
 */
export type SessionEnd = 'ended' | 'rotated' | 'expired' | 'unknown';

/** One who wants to hear of the end of a session. */
export interface WatchedSession {
  /** The hashes of the ids that may name it: several until it is found under one of them. */
  readonly keys: Set<string>;
  /** Epoch milliseconds, as it was last seen. */
  expiresAt: number | undefined;
  /** Why it was not found under the first of the keys that are ruled out. */
  end: SessionEnd | undefined;
  readonly onEnd: (reason: SessionEnd) => unknown;
}
