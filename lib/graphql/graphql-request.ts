import type { GraphqlOutcome } from '../http/reply/commit-on-error.js';
import type { HttpSession } from '../http/http-session.js';
import type { LockSettings } from '../session/lock/lock-settings.js';
import { strongerLock } from './stronger-lock.js';

/** All operations of one HTTP request, be they one or a batch: they share one session, one load, one lock and one commit. */
export class GraphqlRequest implements GraphqlOutcome {
  error: unknown;
  #locking: LockSettings | undefined;
  #entering: Promise<void> | undefined;
  #hasFailed = false;
  #hasSucceeded = false;

  constructor(private readonly http: HttpSession) {}

  /** What the status does not say: GraphQL answers 200 to errors, too. */
  get isFailure(): boolean {
    return this.#hasFailed && !this.#hasSucceeded;
  }

  /**
   * A field is about to run, which locks as `settings` say. All root fields of a query are entered before the first of them goes
   * on, so that the strongest mode is known when the first of them loads the session.
   */
  async enter(settings: LockSettings): Promise<void> {
    this.#locking = strongerLock(this.#locking, settings);
    this.#entering ??= this.#enterTogether();
    await this.#entering;
  }

  succeed(): void {
    this.#hasSucceeded = true;
  }

  fail(error: unknown): void {
    this.#hasFailed = true;
    this.error = error;
  }

  async #enterTogether(): Promise<void> {
    await Promise.resolve();
    this.#entering = undefined;
    if (this.#locking !== undefined) {
      await this.http.enterRoute(this.#locking);
    }
  }
}

const requests = new WeakMap<HttpSession, GraphqlRequest>();

/** Made with the first field. The reply of the request asks it whether its body is a failure. */
export function graphqlRequestOf(http: HttpSession): GraphqlRequest {
  const found = requests.get(http);
  if (found !== undefined) {
    return found;
  }
  const made = new GraphqlRequest(http);
  requests.set(http, made);
  http.graphqlOutcome = made;
  return made;
}
