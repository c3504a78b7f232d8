import { SessionsError } from './sessions.error.js';

/** The new id is in use already, and cannot be changed, because it was read or five others were in use as well. */
export class SessionIdCollisionError extends SessionsError {
  override readonly name: string = 'SessionIdCollisionError';
  override readonly code = 'SESSION_ID_COLLISION';

  constructor() {
    super('A new session id was in use already. Give generateId at least 128 random bits.');
  }
}
