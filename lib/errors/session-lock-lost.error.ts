import { SessionsError } from './sessions.error.js';

/** The request slept through its lease and somebody else took the lock: its changes were not stored. 409. */
export class SessionLockLostError extends SessionsError {
  override readonly name: string = 'SessionLockLostError';
  override readonly code = 'SESSION_LOCK_LOST';

  constructor(session: string) {
    super(
      `The lock of session ${session} was lost to another request before the changes were stored, so they were refused. ` +
        'Try the request again; where handlers block for longer than the lease, raise lock.lease.',
      409,
    );
  }
}
