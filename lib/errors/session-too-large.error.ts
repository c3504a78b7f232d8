import { SessionsError } from './sessions.error.js';

/** The serialised session is over `maxBytes`, or over what its store can keep. What was stored before is still there. */
export class SessionTooLargeError extends SessionsError {
  override readonly name: string = 'SessionTooLargeError';
  override readonly code = 'SESSION_TOO_LARGE';

  constructor(
    readonly bytes: number,
    readonly maxBytes: number,
    /** Whose limit it is. */
    limit = `maxBytes (${maxBytes})`,
    options?: ErrorOptions,
  ) {
    super(
      `The session has ${bytes} bytes, more than ${limit}. Keep large data elsewhere and its key in the session.`,
      500,
      options,
    );
  }
}
