import { SessionsError } from './sessions.error.js';

/** The options or the set-up are wrong; the message says which and what to write. */
export class SessionsConfigError extends SessionsError {
  override readonly name: string = 'SessionsConfigError';
  override readonly code = 'SESSIONS_CONFIG';

  constructor(message: string, options?: ErrorOptions) {
    super(message, 500, options);
  }
}
