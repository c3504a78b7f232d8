import type { ServerResponse } from 'node:http';
import { SessionLockTimeoutError, SessionStoreError } from '../../errors/index.js';

/** RFC 9110: 503 tells when to come again. */
export function setRetryAfter(response: ServerResponse, failure: unknown): void {
  const isRetryable = failure instanceof SessionStoreError || failure instanceof SessionLockTimeoutError;
  if (isRetryable && response.statusCode === failure.status && !response.hasHeader('Retry-After')) {
    response.setHeader('Retry-After', String(Math.ceil(failure.retryAfter / 1_000)));
  }
}
