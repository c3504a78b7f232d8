import type { LockHolder } from '../interfaces/session-record.interface.js';
import { SessionsError } from './sessions.error.js';

/** `waited`: not free in time. `full`: too many were waiting already. `aborted`: the client went away while it waited. */
export type LockTimeoutReason = 'waited' | 'full' | 'aborted';

/** The lock was not free within `lock.wait`, or too many were waiting for it already. 503. */
export class SessionLockTimeoutError extends SessionsError {
  override readonly code = 'SESSION_LOCK_TIMEOUT';

  constructor(
    message: string,
    /** Milliseconds after which another attempt may succeed. */
    readonly retryAfter: number,
    /** Who held the lock, where that is known. */
    readonly holder?: LockHolder,
    readonly reason: LockTimeoutReason = 'waited',
  ) {
    super(message, 503);
  }
}
