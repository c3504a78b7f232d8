import { SessionsError } from './sessions.error.js';

/** The serialised session is over `maxBytes`. What was stored before is still there. */
export class SessionTooLargeError extends SessionsError {
  override readonly code = 'SESSION_TOO_LARGE';

  constructor(
    readonly bytes: number,
    readonly maxBytes: number,
  ) {
    super(
      `The session has ${bytes} bytes, more than maxBytes (${maxBytes}). Keep large data elsewhere and its key in the session.`,
    );
  }
}
