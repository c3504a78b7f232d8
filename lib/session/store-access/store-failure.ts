import { SessionsError, SessionStoreError } from '../../errors/index.js';
import { RETRY_AFTER } from '../../errors/session-store.error.js';
import { reasonOf } from './reason-of.js';

/** What a store threw, as an error of ours: its own choice of our classes stands, all else is an outage. */
export function storeFailure(operation: string, error: unknown): SessionsError {
  return isOurs(error)
    ? error
    : new SessionStoreError(`${operation}: the session store failed: ${reasonOf(error)}`, RETRY_AFTER, {
        cause: error,
      });
}

function isOurs(error: unknown): error is SessionsError {
  try {
    return error instanceof SessionsError;
  } catch {
    // A proxy that does not say what it is.
    return false;
  }
}
