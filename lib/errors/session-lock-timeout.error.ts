import type { LockHolder } from '../interfaces/session-record.interface.js';
import { SessionsError } from './sessions.error.js';

/**
 * `waited`: not free in time. `full`: too many were waiting already. `aborted`: the client went away before the session was loaded.
 * `too late`: the response was over before the session was loaded.
 */
export type LockTimeoutReason = 'waited' | 'full' | 'aborted' | 'too late';

/** The lock was not free within `lock.wait`, too many were waiting for it, or nobody waits for the answer any more. 503. */
export class SessionLockTimeoutError extends SessionsError {
  override readonly name: string = 'SessionLockTimeoutError';
  override readonly code = 'SESSION_LOCK_TIMEOUT';

  constructor(
    message: string,
    /** Milliseconds after which another attempt may succeed. */
    readonly retryAfter: number,
    /** Why the request did not get it. */
    readonly reason: LockTimeoutReason,
    /** Who held the lock, where that is known. */
    readonly holder?: LockHolder,
  ) {
    super(message, 503);
  }
}
