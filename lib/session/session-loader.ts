import type { Found } from '../interfaces/session-record.interface.js';
import type { SessionStore } from '../stores/session-store.js';
import type { Clock } from '../interfaces/clock.interface.js';
import type { SessionExpiry } from './session-expiry.js';
import { hashSessionId } from './session-id.js';
import type { LockOutcome, SessionLock, SessionLocks } from './lock/session-locks.js';
import type { SessionPlan } from './session-plan.js';
import type { SessionState } from './session-state.js';
import type { SessionTouch } from './session-touch.js';
import type { SessionLog } from './session-log.js';

type LoadOutcome = Awaited<ReturnType<SessionStore['load']>>;
type Answer = LockOutcome | LoadOutcome;
type Loaded = Pick<Found, 'record' | 'version'> & { readonly lock?: SessionLock };

/** Brings the stored session into a request, with its lock or without. */
export class SessionLoader {
  constructor(
    private readonly store: SessionStore,
    private readonly locks: SessionLocks,
    private readonly expiry: SessionExpiry,
    private readonly plan: SessionPlan,
    private readonly touch: SessionTouch,
    private readonly clock: Clock,
    private readonly trace: SessionLog,
  ) {}

  /**
   * Tries the ids that the client sent. With a lock, lock and load are one step: what is judged, expiry included, is what
   * holds under the lock.
   */
  async load(state: SessionState, withLock: boolean, signal: () => AbortSignal): Promise<void> {
    let isGone = false;
    for (const id of state.sent.candidates) {
      const key = hashSessionId(id);
      const answer = withLock ? await this.#lock(state, key, signal) : await this.store.load({ id: key });
      this.trace.step(withLock ? 'lock and load' : 'load', key, answer.status);
      if (isLoaded(answer) && (await this.#adopt(state, id, key, answer))) {
        return;
      }
      isGone ||= answer.status === 'gone';
    }
    state.phase = isGone ? 'gone' : 'new';
    state.isNew = true;
    state.isMissing = state.sent.originalId !== undefined;
  }

  /** Locks a session that was loaded without a lock, and reads it again; what this request changed meanwhile stays on top. */
  async lock(state: SessionState, signal: () => AbortSignal): Promise<void> {
    if (state.stored === undefined) {
      return;
    }
    const { key } = state.stored;
    const answer = await this.#lock(state, key, signal);
    this.trace.step('lock and re-read', key, answer.status);
    if (isLoaded(answer) && (await this.#isAlive(key, answer))) {
      if (await this.#refreshed(state, answer)) {
        return;
      }
      this.trace.corrupt(key);
      await this.#letGo(answer);
    }
    this.trace.dropped(state);
    state.forget('gone');
  }

  #lock(state: SessionState, id: string, signal: () => AbortSignal): Promise<LockOutcome> {
    const { wait, lease } = state.settings;
    return this.locks.acquire({ id, wait, lease, route: state.exchange.route, signal });
  }

  async #adopt(state: SessionState, id: string, key: string, answer: Loaded): Promise<boolean> {
    if (!(await this.#isAlive(key, answer))) {
      return false;
    }
    if (!state.contents.load(answer.record.data)) {
      this.trace.corrupt(key);
      await this.#letGo(answer);
      return false;
    }
    state.id = id;
    state.phase = 'stored';
    this.#remember(state, key, answer);
    if (this.plan.isTouchUrgent(state)) {
      await this.touch.prolong(state);
    }
    return true;
  }

  async #refreshed(state: SessionState, answer: Loaded): Promise<boolean> {
    try {
      return this.#refresh(state, answer);
    } catch (error) {
      // What the request holds cannot be stored, and nobody would let go of a lock that it does not know of.
      await this.#letGo(answer);
      throw error;
    }
  }

  #refresh(state: SessionState, answer: Loaded): boolean {
    const isReadable = this.#takeOver(state, answer.record.data);
    if (isReadable && state.stored !== undefined) {
      this.#remember(state, state.stored.key, answer);
    }
    return isReadable;
  }

  #takeOver({ contents, rotation }: SessionState, data: string): boolean {
    if (rotation?.isNewLife === true) {
      // What others put into the old life must not get into the new one.
      return true;
    }
    return contents.changes() === undefined ? contents.load(data) : contents.rebase(data);
  }

  #remember(state: SessionState, key: string, { record, version, lock }: Loaded): void {
    state.stored = { key, version, createdAt: record.createdAt, expiresAt: record.expiresAt };
    state.lock = lock;
  }

  /** Expiry is checked here whatever the store does: a store that is slow to forget must not keep a session alive. */
  async #isAlive(key: string, answer: Loaded): Promise<boolean> {
    if (!this.expiry.isExpired(answer.record, this.clock.now())) {
      return true;
    }
    this.trace.step('expired', key);
    await this.#letGo(answer);
    return false;
  }

  async #letGo({ lock }: Loaded): Promise<void> {
    if (lock !== undefined) {
      await this.locks.release(lock);
    }
  }
}

function isLoaded(answer: Answer): answer is Answer & Loaded {
  return answer.status === 'found' || answer.status === 'acquired';
}
