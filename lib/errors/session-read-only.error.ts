import { SessionsError } from './sessions.error.js';

/** The session was changed where it can only be read. */
export class SessionReadOnlyError extends SessionsError {
  override readonly name: string = 'SessionReadOnlyError';
  override readonly code = 'SESSION_READ_ONLY';

  constructor(operation: string) {
    super(
      `${operation} is not possible: the session is read-only here. To change it, take @LockSession('read-only') off the route, or ` +
        'choose another mode in the option locking or of Sessions.open(). A guard of an operation over a socket can only read.',
    );
  }
}
