import { SessionsError } from './sessions.error.js';

/** The store could not be reached, failed, or did not answer in time. 503: the request may be tried again. */
export class SessionStoreError extends SessionsError {
  override readonly code = 'SESSION_STORE_FAILED';

  constructor(
    message: string,
    /** Milliseconds after which another attempt may succeed. */
    readonly retryAfter: number,
    options?: ErrorOptions,
  ) {
    super(message, 503, options);
  }
}
