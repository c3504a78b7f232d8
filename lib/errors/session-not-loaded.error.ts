import { SessionsError } from './sessions.error.js';

/** The session was read before it was loaded. */
export class SessionNotLoadedError extends SessionsError {
  override readonly name: string = 'SessionNotLoadedError';
  override readonly code = 'SESSION_NOT_LOADED';

  constructor(member: string) {
    super(
      `session.${member} was used before the session was loaded. Take the session with @Session() in the handler, ` +
        'or call `await session.load()` first (in middleware, guards and other interceptors).',
    );
  }
}
