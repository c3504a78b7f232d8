import { SessionGoneError } from '../errors/index.js';
import type { CommitOnError } from '../interfaces/sessions-options.interface.js';

/** The handlers of one request that take the session: an observer of their results. */
export class RunningHandlers {
  /** One was torn down: by an interceptor around it (a timeout), or because the client left. */
  isCutShort = false;
  /** What the last of them has thrown. A later attempt that succeeds (a retry) makes it forgotten. */
  failure: unknown;
  #running = 0;

  constructor(private readonly onEnd: () => void) {}

  get isRunning(): boolean {
    return this.#running > 0;
  }

  subscribe(): void {
    this.#running += 1;
    this.failure = undefined;
  }

  complete(): void {
    this.#end();
  }

  error(error: unknown): void {
    this.failure = error;
    this.#end();
  }

  unsubscribe(): void {
    this.isCutShort = true;
    this.#end();
  }

  #end(): void {
    this.#running -= 1;
    this.onEnd();
  }
}

/**
 * Whether nothing is stored of a request that is answered with this status, 400 or above.
 *
 * @throws what `commitOnError` throws, and TypeError when it does not return a boolean: a promise would count as true.
 */
export function isRefused(
  status: number,
  handlers: RunningHandlers | undefined,
  commitOnError: CommitOnError | undefined,
): boolean {
  if (status === 408 && (handlers?.isRunning === true || handlers?.isCutShort === true)) {
    return true;
  }
  if (handlers?.failure instanceof SessionGoneError) {
    // The reply says already that nothing is stored.
    return true;
  }
  // A handler may answer 404 by itself; before it, or instead of it, that is an error.
  const isError = status >= 500 || handlers === undefined || handlers.failure !== undefined;
  if (!isError) {
    return false;
  }
  if (typeof commitOnError !== 'function') {
    return !(commitOnError ?? status < 500);
  }
  const answer: unknown = commitOnError(handlers?.failure, status);
  if (typeof answer !== 'boolean') {
    // Nobody waits for a promise: that it is rejected must not end the process.
    Promise.resolve(answer).catch(() => undefined);
    throw new TypeError('commitOnError must return true or false, and no promise');
  }
  return !answer;
}
