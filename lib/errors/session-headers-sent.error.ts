import { SessionsError } from './sessions.error.js';

/** The session needs a cookie that can no longer be sent. */
export class SessionHeadersSentError extends SessionsError {
  override readonly name: string = 'SessionHeadersSentError';
  override readonly code = 'SESSION_HEADERS_SENT';

  constructor(operation: string, obstacle: string) {
    super(`${operation} needs a cookie, and none can be sent, since ${obstacle}.`);
  }
}
