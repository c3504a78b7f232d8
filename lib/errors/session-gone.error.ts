import { SessionsError } from './sessions.error.js';

const WHAT_HAPPENED = {
  destroyed: 'was destroyed by another request, so what this request did was not stored. Start a new session',
  rotated:
    'was given a new id by another request, so what this request did was not stored. Send it again with the new cookie',
  expired: 'has expired or was evicted by its store, so what this request did was not stored. Start a new session',
} as const;

/**
 * The session ended while the request was running, or before it began: a session never comes back from the dead, so nothing of
 * the request was stored. 409.
 */
export class SessionGoneError extends SessionsError {
  override readonly name: string = 'SessionGoneError';
  override readonly code = 'SESSION_GONE';

  constructor(
    /** The first 8 characters of the session's hash. */
    session: string,
    /** What became of the session. */
    readonly because: keyof typeof WHAT_HAPPENED,
  ) {
    super(`Session ${session} ${WHAT_HAPPENED[because]}.`, 409);
  }
}
