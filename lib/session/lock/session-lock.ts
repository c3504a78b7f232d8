import type { Acquired, Gone, LockHolder, Missing } from '../../interfaces/session-record.interface.js';
import type { Lease } from './lease-renewer.js';
import { lockHolder } from './lock-holder.js';

/** How a request asks for a lock. */
export interface LockTerms {
  /** Milliseconds. */
  readonly wait: number;
  /** Milliseconds. */
  readonly lease: number;
  /** The route that asks, for the errors of those who wait for it in vain. */
  readonly route: string;
  /** Aborted when nobody waits for the answer any more. Called only when there is something to wait for. */
  signal(): AbortSignal;
}

/** A lock that this process holds, or asks for. */
export interface SessionLock extends Lease {
  /** Changes with `regenerate()`. */
  id: string;
  readonly token: string;
  readonly holder: LockHolder;
  readonly since: number;
}

export type LockOutcome =
  (Omit<Acquired, 'status'> & { readonly status: 'acquired'; readonly lock: SessionLock }) | Missing | Gone;

/**
 * Made before the store is asked: the lease is counted from then, so that it never seems to last longer than it does. `since` is
 * monotonic, and `now` is the wall-clock time.
 */
export function newLock(
  id: string,
  { route, lease }: LockTerms,
  token: string,
  since: number,
  now: number,
): SessionLock {
  return { id, token, holder: lockHolder(route, now), since, duration: lease, renewedAt: since };
}
