import { SessionStoreError } from '../../errors/index.js';

/** Milliseconds after which another attempt may succeed. */
const RETRY_AFTER = 1_000;

/** The backend failed, refused, or did not answer: the request may be tried again. */
export function storeFailure(message: string, cause?: unknown): SessionStoreError {
  return new SessionStoreError(message, RETRY_AFTER, cause === undefined ? undefined : { cause });
}

/** The text of what was thrown: clients also throw strings. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
