import { SessionHeadersSentError, SessionLockTimeoutError, type SessionGoneError } from '../../errors/index.js';
import { ActiveSession } from '../active-session.js';
import { goneError } from './gone-error.js';
import { assertWritable, lockTerms, locksByItself, type LockSettings } from '../lock/lock-settings.js';
import type { SessionDeps } from '../session-deps.js';
import { RESPONSE_STARTED, type SessionTransport } from '../session-transport.js';
import { NEW } from '../stage.js';
import { PendingSteps } from './pending-steps.js';
import { rejected } from './rejected.js';
import { SerialQueue } from './serial-queue.js';
import { SessionSteps } from './session-steps.js';

/**
 * - `answered`: the last commit is done; only `save()` and `withLock()` write.
 * - `over`: discarded, or load or commit failed; nothing is written any more.
 */
type Ending = 'open' | 'answered' | 'over';

/** The session of one request from the first touch to the commit: loads it, orders the steps, commits it or discards it. */
export class UnitOfWork {
  readonly active: ActiveSession;
  #ending: Ending = 'open';
  #failure: unknown;
  /** The failure of a step that nobody waited for. */
  #unheard: unknown;
  #pendingSteps: PendingSteps | undefined;
  #queue: SerialQueue | undefined;
  #committing: Promise<void> | undefined;
  #steps: SessionSteps | undefined;
  #loading: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #hasLoss = false;

  constructor(
    readonly deps: SessionDeps,
    transport: SessionTransport,
    settings: LockSettings,
  ) {
    this.active = new ActiveSession(deps, transport, settings);
  }

  get isOver(): boolean {
    return this.#ending === 'over';
  }

  get isLoadStarted(): boolean {
    return this.#loading !== undefined;
  }

  /** What went wrong with the store or the lock, when anything did. */
  get failure(): unknown {
    return this.#failure;
  }

  get queue(): SerialQueue {
    return (this.#queue ??= new SerialQueue(this.deps.inFlight, this.#committing));
  }

  get steps(): SessionSteps {
    return (this.#steps ??= new SessionSteps(this));
  }

  /** Reads the store once in a request, and locks in the modes that lock by themselves. */
  load(): Promise<void> {
    if (this.active.isLoaded || this.#ending === 'over') {
      return Promise.resolve();
    }
    return (this.#loading ??= this.#load());
  }

  /** For a handler that takes the session: it must not run after the load has failed, in whatever way it was tried. */
  loadForHandler(): Promise<void> {
    return this.#failure === undefined ? this.load() : rejected(this.#failure);
  }

  /** Nobody waits for the answer any more: a request that is still loading leaves the queue and keeps no lock. */
  abandonLoading(): void {
    this.#steps?.abandonWaiting();
    if (this.#loading !== undefined && !this.active.isLoaded) {
      (this.#abort ??= new AbortController()).abort();
    }
  }

  /**
   * Writes what is due and frees the lock, after every step that was asked for; `undefined` when there is nothing to wait for. It may
   * be called again: what changed since is written then. After the last one (`isLast`) only `save()` and `withLock()` write.
   */
  commit(isLast = true): Promise<void> | undefined {
    const { active } = this;
    // The callback of `withLock()` sends the response: the commit must not wait for the end of that callback, which keeps its lock.
    const isWithinSection = this.#steps?.isWithinSection === true;
    const isBusy = !isWithinSection && this.#pendingSteps?.isBusy === true;
    if (!active.isLoaded && !isBusy) {
      this.abandonLoading();
      // No reply may say that what was asked for after the load had failed was done.
      const isUndone = this.#failure !== undefined && (this.#hasLoss || active.data.isChanged);
      return isUndone ? rejected(this.#failure) : undefined;
    }
    const pending = isBusy ? this.#pendingSteps?.ended().then(() => this.#write(true)) : this.#write(!isWithinSection);
    if (pending !== undefined) {
      return this.#settle(pending, isLast);
    }
    this.#answer(isLast);
    return undefined;
  }

  /** Frees the lock and writes nothing, now or later; `undefined` when there is nothing to wait for. */
  discard(): Promise<void> | undefined {
    this.#close(undefined);
    this.abandonLoading();
    if (this.#queue?.isBusy === true) {
      return this.#queue.run(async () => this.deps.writer.unlock(this.active));
    }
    return this.deps.writer.unlock(this.active);
  }

  /** The request may never end: its lock lasts no longer than a lease from now on. */
  stopRenewing(): void {
    if (this.active.lock !== undefined) {
      this.deps.locks.stopRenewing(this.active.lock);
    }
  }

  /** A handler that took the lock after its reply has ended, and no section will free it. */
  freeLeftLock(): void {
    if (this.#ending !== 'open' && this.#pendingSteps?.isBusy !== true) {
      void this.deps.writer.unlock(this.active);
    }
  }

  /** What the application asks for: the failure of a step that nobody waits for is the failure of the commit. */
  get pendingSteps(): PendingSteps {
    return (this.#pendingSteps ??= new PendingSteps((error) => {
      if (this.#ending === 'open') {
        this.#unheard ??= error;
      } else {
        this.deps.log.failed('A step of a session failed after its reply', error, this.active.transport.route);
      }
    }));
  }

  /**
   * Whether a change is made at all. After a failure it is not, with one line in the log: a filter that sets a flash message for
   * the error page must not fail, because Nest does not wait for filters, and a rejection there would end the process.
   */
  admitsChange(operation: string): boolean {
    const { stage, transport, isCookieSent } = this.active;
    if (this.isOver) {
      this.noteLoss();
      return false;
    }
    assertWritable(this.active.settings, operation);
    if (this.#ending === 'answered') {
      this.noteLoss();
    } else if (stage.at === 'new' && transport.hasSentHeaders && !isCookieSent) {
      throw new SessionHeadersSentError(operation, RESPONSE_STARTED);
    }
    return true;
  }

  /** Another request has ended the session: the browser may have a newer cookie by now. */
  get gone(): SessionGoneError | undefined {
    const { stage } = this.active;
    return stage.at === 'gone' && stage.because !== 'expired' ? goneError(this.active, stage.because) : undefined;
  }

  noteLoss(): void {
    if (!this.#hasLoss) {
      this.#hasLoss = true;
      const when = this.isOver ? 'after it had failed: that is not stored' : 'after its reply: only save() stores that';
      this.deps.log.dropped(this.active.transport.route, `changed its session ${when}`);
    }
  }

  async #load(): Promise<void> {
    const { active, deps } = this;
    const { settings, transport } = active;
    try {
      transport.onFirstLoad();
      const abandoned = (): AbortSignal => (this.#abort ??= new AbortController()).signal;
      const terms = locksByItself(settings) ? lockTerms(settings, transport.route, abandoned) : undefined;
      const ids = active.sent.candidates;
      // Without an id there is nothing to wait for: code that does not wait finds a session that is loaded.
      active.found(ids.length === 0 ? NEW : await deps.repository.find(ids, terms));
      if (this.#abort?.signal.aborted === true) {
        // The lock came at the very moment at which the client left: no handler will run that could free it.
        throw new SessionLockTimeoutError('The client went away while its session was loaded', 0, 'aborted');
      }
      const { stage } = active;
      if (stage.at === 'stored' && deps.policy.mayExpireSoon(stage.record, deps.clock.now())) {
        await deps.writer.prolong(active);
      }
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  #write(releases: boolean): Promise<void> | undefined {
    if (releases) {
      this.#steps?.forgetLock();
    }
    const pending = this.#unheard === undefined ? this.#tryToWrite(releases) : rejected(this.#unheard);
    if (pending !== undefined) {
      // What is asked for meanwhile comes after it: the lock that it would still see is about to be free.
      this.#committing = pending;
      this.#queue?.follow(pending);
    }
    return pending;
  }

  #tryToWrite(releases: boolean): Promise<void> | undefined {
    try {
      return this.#ending === 'over' ? undefined : this.deps.writer.write(this.active, releases);
    } catch (error) {
      return rejected(error);
    }
  }

  async #settle(pending: Promise<void>, isLast: boolean): Promise<void> {
    this.deps.inFlight.begin();
    try {
      await pending;
      this.#answer(isLast);
    } catch (error) {
      this.#fail(error);
      throw error;
    } finally {
      this.deps.inFlight.end();
    }
  }

  #answer(isLast: boolean): void {
    if (isLast && this.#ending === 'open') {
      this.#ending = 'answered';
    }
  }

  /** Nobody waits for the lock to be free: the store that has failed may fail again, and the error has to leave. */
  #fail(failure: unknown): void {
    this.#close(failure);
    void this.deps.writer.unlock(this.active);
  }

  #close(failure: unknown): void {
    this.#ending = 'over';
    this.#failure ??= failure;
    this.active.isCookieExpired = false;
  }
}
