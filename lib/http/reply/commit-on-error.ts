import { SessionGoneError } from '../../errors/index.js';
import type { HttpSession } from '../http-session.js';
import { statusOf } from './error-response.js';

/** What is known of the handler that takes the session. */
export interface HandlerOutcome {
  /** One has begun. */
  readonly hasHandlerBegun: boolean;
  /** It still runs, or was torn down: nobody knows what it has done by now. */
  readonly isUndetermined: boolean;
  /** What the last one has thrown. */
  readonly lastError: unknown;
}

/** What a body says and the status does not: GraphQL answers 200 to an operation that failed. */
export interface GraphqlOutcome {
  readonly isFailure: boolean;
  /** What was thrown. */
  readonly error: unknown;
}

/**
 * Whether nothing is stored of a request that is answered with this status. When its body says that it failed, that decides: its
 * error counts with the status that it would have over HTTP, and is stored only when `commitOnError` says so.
 */
export function isRefused(
  http: HttpSession,
  status: number,
  { hasHandlerBegun, isUndetermined, lastError }: HandlerOutcome,
): boolean {
  const { graphqlOutcome } = http;
  if (graphqlOutcome?.isFailure === true) {
    const { error } = graphqlOutcome;
    return error instanceof SessionGoneError || !isCommitted(http, false, error, statusOf(error));
  }
  if (status < 400) {
    return false;
  }
  // 408 is the answer of an interceptor that waits for a handler no longer. And who says that the session is gone has said
  // that nothing is stored.
  if ((status === 408 && isUndetermined) || lastError instanceof SessionGoneError) {
    return true;
  }
  // A handler may answer 404 by itself; before it, or instead of it, that is an error.
  const isError = status >= 500 || !hasHandlerBegun || lastError !== undefined;
  if (!isError) {
    return false;
  }
  return !isCommitted(http, status < 500, lastError, status);
}

/** When the application fails to decide, nothing is stored. */
function isCommitted(http: HttpSession, byDefault: boolean, error: unknown, status: number): boolean {
  const { commitOnError } = http.sessions.settings;
  if (typeof commitOnError !== 'function') {
    return commitOnError ?? byDefault;
  }
  try {
    const answer: unknown = commitOnError(error, status);
    if (typeof answer === 'boolean') {
      return answer;
    }
    // A promise would count as true. Nobody waits for it: that it is rejected must not end the process.
    Promise.resolve(answer).catch(() => undefined);
    throw new TypeError('commitOnError must return true or false, and no promise');
  } catch (failure) {
    http.report('commitOnError failed, and nothing is stored', failure);
    return false;
  }
}
