import { SessionStoreError } from '../../errors/index.js';
import { RETRY_AFTER } from '../../errors/session-store.error.js';

/** The backend failed, refused, or did not answer: the request may be tried again. */
export function storeFailure(message: string, cause?: unknown): SessionStoreError {
  return new SessionStoreError(message, RETRY_AFTER, cause === undefined ? undefined : { cause });
}

/** The text of what was thrown: clients also throw strings. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
