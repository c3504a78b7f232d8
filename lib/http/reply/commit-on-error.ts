import { HttpException } from '@nestjs/common';
import { SessionGoneError, SessionsError } from '../../errors/index.js';
import type { CommitOnError } from '../../interfaces/sessions-options.interface.js';

/** What is known of the handler that takes the session. */
export interface HandlerOutcome {
  /** One has begun. */
  readonly hasBegun: boolean;
  /** It still runs, or was torn down: nobody knows what it has done by now. */
  readonly isOpen: boolean;
  /** What the last one has thrown. */
  readonly error: unknown;
}

/** What a body says and the status does not: GraphQL answers 200 to an operation that failed. */
export interface BodyOutcome {
  readonly isFailure: boolean;
  /** What was thrown. */
  readonly error: unknown;
}

/**
 * Whether nothing is stored of a request that is answered with this status. When its body says that it failed, that decides: its
 * error counts with the status that it would have over HTTP, and is stored only when `commitOnError` says so.
 *
 * @throws what `commitOnError` throws, and TypeError when it does not return a boolean: a promise would count as true.
 */
export function isRefused(
  status: number,
  { hasBegun, isOpen, error }: HandlerOutcome,
  commitOnError: CommitOnError | undefined,
  body?: BodyOutcome,
): boolean {
  if (body?.isFailure === true) {
    return (
      body.error instanceof SessionGoneError || !isCommitted(commitOnError, false, body.error, statusOf(body.error))
    );
  }
  if (status < 400) {
    return false;
  }
  // 408 is the answer of an interceptor that waits for a handler no longer. And who says that the session is gone has said
  // that nothing is stored.
  if ((status === 408 && isOpen) || error instanceof SessionGoneError) {
    return true;
  }
  // A handler may answer 404 by itself; before it, or instead of it, that is an error.
  const isError = status >= 500 || !hasBegun || error !== undefined;
  if (!isError) {
    return false;
  }
  return !isCommitted(commitOnError, status < 500, error, status);
}

function isCommitted(
  commitOnError: CommitOnError | undefined,
  byDefault: boolean,
  error: unknown,
  status: number,
): boolean {
  if (typeof commitOnError !== 'function') {
    return commitOnError ?? byDefault;
  }
  const answer: unknown = commitOnError(error, status);
  if (typeof answer !== 'boolean') {
    // Nobody waits for a promise: that it is rejected must not end the process.
    Promise.resolve(answer).catch(() => undefined);
    throw new TypeError('commitOnError must return true or false, and no promise');
  }
  return answer;
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) {
    return error.getStatus();
  }
  return error instanceof SessionsError ? error.status : 500;
}
