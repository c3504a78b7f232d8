import { SessionsError } from './sessions.error.js';

/** Something that this store, or this kind of handler, cannot do. */
export class SessionsUnsupportedError extends SessionsError {
  override readonly name: string = 'SessionsUnsupportedError';
  override readonly code = 'SESSIONS_UNSUPPORTED';
}
