import { SessionsError } from './sessions.error.js';

/** The session needs a cookie that can no longer be sent. */
export class SessionHeadersSentError extends SessionsError {
  override readonly code = 'SESSION_HEADERS_SENT';

  constructor(operation: string) {
    super(
      `${operation} needs a cookie, and none can be sent: the response has started, or there is none, ` +
        'or the cookie is Secure and the connection is not (behind a proxy that ends TLS, set `trust proxy`).',
    );
  }
}
