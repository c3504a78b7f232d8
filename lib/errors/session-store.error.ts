import { SessionsError } from './sessions.error.js';

/** Milliseconds after which a client may try again, where nothing better is known. */
export const RETRY_AFTER = 1_000;

/** The store could not be reached, failed, or did not answer in time. 503: the request may be tried again. */
export class SessionStoreError extends SessionsError {
  override readonly name: string = 'SessionStoreError';
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
