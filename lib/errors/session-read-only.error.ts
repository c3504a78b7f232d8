import { SessionsError } from './sessions.error.js';

/** A handler in read-only mode changed the session. */
export class SessionReadOnlyError extends SessionsError {
  override readonly code = 'SESSION_READ_ONLY';

  constructor(operation: string) {
    super(
      `${operation} is not possible in read-only mode. Take @LockSession('read-only') off this route to change its session.`,
    );
  }
}
