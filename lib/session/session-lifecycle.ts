import { SessionHeadersSentError, SessionReadOnlyError } from '../errors/index.js';
import { CriticalSection } from './critical-section.js';
import type { InFlight } from './in-flight.js';
import type { CookieChange } from './session-transport.js';
import type { SessionLoader } from './session-loader.js';
import { SessionLoading } from './session-loading.js';
import type { SessionPlan } from './session-plan.js';
import type { LockSettings, SessionState } from './session-state.js';
import type { SessionLog } from './session-log.js';
import type { SessionWriter } from './session-writer.js';
import { SerialQueue } from './serial-queue.js';

/** What the lives of all sessions share. */
export interface LifecycleParts {
  readonly loader: SessionLoader;
  readonly writer: SessionWriter;
  readonly plan: SessionPlan;
  readonly trace: SessionLog;
  readonly running: InFlight;
}

/** The life of a session in one request, from the first touch to the commit. */
export class SessionLifecycle {
  readonly #loading: SessionLoading;
  readonly #steps: SerialQueue;
  readonly #section: CriticalSection;

  constructor(
    private readonly parts: LifecycleParts,
    readonly state: SessionState,
  ) {
    this.#loading = new SessionLoading(parts.loader, state, () => this.discard());
    this.#steps = new SerialQueue(parts.running, (error) => {
      state.failure = error;
    });
    this.#section = new CriticalSection(parts.loader, parts.writer, state);
  }

  get isLoaded(): boolean {
    return this.state.phase !== 'unloaded';
  }

  get cookie(): CookieChange | undefined {
    return this.state.isCookieExpired ? { kind: 'expire' } : this.state.cookie;
  }

  /** The current id; generated when there is none yet. */
  get id(): string {
    this.state.isIdRead = true;
    return this.parts.plan.idOf(this.state);
  }

  /** Must be set before the session is loaded to have an effect on how. */
  set settings(settings: LockSettings) {
    this.state.settings = settings;
  }

  /** Reads the store once, and locks in the modes that lock by themselves. After a failure it can be tried again. */
  load(): Promise<void> {
    return this.#loading.load();
  }

  /**
   * Nobody waits for the answer any more: a request that is still loading gives up, leaves the queue and keeps no lock. One that
   * has loaded goes on.
   */
  abandon(): void {
    this.#loading.abandon();
  }

  /** The request may never end: its lock lasts no longer than a lease from now on. */
  stopRenewing(): void {
    this.parts.writer.stopRenewing(this.state);
  }

  save(): Promise<void> {
    return this.#operation('save()', () => {
      const { phase, contents, isCookieAnnounced } = this.state;
      if (phase === 'new' && !contents.isEmpty && !isCookieAnnounced) {
        this.#assertCookie('Storing a new session');
      }
      return this.parts.writer.save(this.state);
    });
  }

  acquireLock(): Promise<void> {
    return this.#operation('acquireLock()', () => this.#section.enter());
  }

  async releaseLock(): Promise<void> {
    // A step, also to count: a section that has begun meanwhile must not lose the lock to the end of an earlier one.
    await this.#steps.run(() => this.#section.leave());
  }

  async withLock<R>(section: () => R | Promise<R>): Promise<R> {
    await this.acquireLock();
    const before = this.state.checkpoint();
    let result: R;
    try {
      result = await section();
    } catch (error) {
      this.state.rollBack(before);
      await this.#steps.run(() => this.#section.fail());
      throw error;
    }
    await this.releaseLock();
    return result;
  }

  regenerate(keepData: boolean): Promise<void> {
    const rotate = async (): Promise<void> => {
      // Only now: the headers may have left since it was asked for, and the old id would be dead without a new one.
      this.#assertCookie('regenerate()');
      this.#rotate(keepData);
    };
    return this.#operation('regenerate()', rotate, () => this.#assertUnanswered('regenerate()'));
  }

  destroy(): Promise<void> {
    const destroy = (): Promise<void> => this.parts.writer.destroy(this.state);
    return this.#operation('destroy()', destroy, () => this.#assertUnanswered('destroy()'));
  }

  expire(): void {
    this.assertWritable('expire()');
    this.#assertUnanswered('expire()');
    this.#assertCookie('expire()');
    this.state.isCookieExpired = true;
  }

  /** Whether a commit would do anything. */
  get isCommitDue(): boolean {
    if (this.state.isOver) {
      return false;
    }
    try {
      return this.#steps.isBusy || this.parts.plan.isDue(this.state);
    } catch {
      // Data that cannot be serialised: the commit meets the same error and reports it.
      return true;
    }
  }

  /** Writes what is to be written and unlocks. It may be called again: what changed since is written then. */
  async commit(): Promise<void> {
    try {
      await this.#steps.run(() => this.#commit());
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  /** Unlocks and writes nothing, now or later. */
  async discard(): Promise<void> {
    this.state.isOver = true;
    this.state.isCookieExpired = false;
    await this.#steps.run(() => this.parts.writer.release(this.state));
  }

  /** The headers leave now and cannot wait for the commit: the cookie that it will need goes with them. */
  announceCookie(): void {
    const { state } = this;
    if (!state.isOver && this.isLoaded) {
      state.announcedExpiry = state.stored && this.parts.plan.nextRecord(state, state.stored).expiresAt;
      state.cookie = this.parts.plan.nextCookie(state);
      state.isCookieAnnounced = this.cookie?.kind === 'set';
    }
  }

  assertWritable(operation: string): void {
    if (this.state.settings.mode === 'read-only') {
      throw new SessionReadOnlyError(operation);
    }
  }

  #assertUnanswered(operation: string): void {
    if (this.state.exchange.hasSentHeaders) {
      throw new SessionHeadersSentError(operation, 'the response has started: do it before that');
    }
  }

  #assertCookie(operation: string): void {
    const obstacle = this.state.exchange.cookieObstacle();
    if (obstacle !== undefined) {
      throw new SessionHeadersSentError(operation, obstacle);
    }
  }

  #rotate(keepData: boolean): void {
    const { state } = this;
    if (state.phase === 'stored') {
      state.rotation = { isNewLife: !keepData || state.rotation?.isNewLife === true };
    } else if (state.phase !== 'new') {
      state.phase = 'new';
      state.contents.reset();
    }
    if (!keepData) {
      state.contents.clear();
    }
    state.id = undefined;
    state.isIdRead = false;
    state.isCookieExpired = false;
    state.isRegenerated = true;
  }

  /**
   * A step that the application asks for. It is queued before this returns when the session is loaded, so that the commit comes
   * after one that is not awaited.
   */
  async #operation(name: string, work: () => Promise<void>, assertPossible = (): void => undefined): Promise<void> {
    if (!this.isLoaded) {
      await this.load();
    }
    this.assertWritable(name);
    assertPossible();
    await this.#steps.run(work);
  }

  async #commit(): Promise<void> {
    this.state.lockDepth = 0;
    if (!this.state.isOver) {
      await this.parts.writer.commit(this.state);
    }
  }
}
