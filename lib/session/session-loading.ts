import { SessionLockTimeoutError } from '../errors/index.js';
import type { SessionLoader } from './session-loader.js';
import { locksByItself, type SessionState } from './session-state.js';

/** Loads the session once in a request, however many ask for it. */
export class SessionLoading {
  #running: Promise<void> | undefined;
  #isAbandoned = false;
  /** Made only when there is something to wait for. */
  #abandon: AbortController | undefined;

  constructor(
    private readonly loader: SessionLoader,
    private readonly state: SessionState,
    private readonly discard: () => Promise<void>,
  ) {}

  /** After a failure it can be tried again. */
  load(): Promise<void> {
    return this.state.phase === 'unloaded' ? (this.#running ??= this.#load()) : Promise.resolve();
  }

  abandon(): void {
    if (this.#running !== undefined) {
      this.#isAbandoned = true;
      this.#abandon?.abort();
    }
  }

  async #load(): Promise<void> {
    const { state } = this;
    try {
      state.exchange.onFirstLoad();
      const signal = (): AbortSignal => (this.#abandon ??= new AbortController()).signal;
      await this.loader.load(state, locksByItself(state.settings), signal);
      state.lockDepth = state.lock === undefined ? 0 : 1;
      if (this.#isAbandoned) {
        // The lock came at the very moment at which the client left: no handler will run that could let it go.
        await this.discard();
        throw new SessionLockTimeoutError('The client went away while its session was loaded', 0);
      }
    } catch (error) {
      state.failure = error;
      throw error;
    } finally {
      this.#running = undefined;
      this.#abandon = undefined;
      this.#isAbandoned = false;
    }
  }
}
