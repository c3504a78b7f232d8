import type { SessionStore } from '../stores/session-store.js';
import type { SessionLocks } from './lock/session-locks.js';
import type { SessionPlan } from './session-plan.js';
import type { SessionState } from './session-state.js';
import type { SessionLog } from './session-log.js';

/** Moves the expiry of a session that is used, and changes nothing else of it. */
export class SessionTouch {
  constructor(
    private readonly store: SessionStore,
    private readonly locks: SessionLocks,
    private readonly plan: SessionPlan,
    private readonly trace: SessionLog,
  ) {}

  /** Lets the lock go in the same trip. */
  async touch(state: SessionState): Promise<void> {
    const { lock } = state;
    state.lock = undefined;
    await this.#move(state, (id, expiresAt) =>
      lock ? this.locks.release(lock, expiresAt) : this.#tryTouch(id, expiresAt),
    );
  }

  /** Keeps the lock: for a request that has only begun. */
  async prolong(state: SessionState): Promise<void> {
    await this.#move(state, (id, expiresAt) => this.#tryTouch(id, expiresAt));
  }

  async #move(state: SessionState, touch: (id: string, expiresAt: number) => Promise<boolean>): Promise<void> {
    const { stored } = state;
    if (stored === undefined) {
      return;
    }
    const record = this.plan.nextRecord(state, stored);
    const isTouched = await touch(stored.key, record.expiresAt);
    this.trace.step('touch', stored.key, isTouched ? 'done' : 'refused');
    if (isTouched) {
      state.cookie = this.plan.cookieFor(state, record);
      state.stored = { ...stored, expiresAt: record.expiresAt };
    }
  }

  /** A touch that fails loses nothing: the next request makes up for it, so this one goes on. */
  async #tryTouch(id: string, expiresAt: number): Promise<boolean> {
    try {
      return await this.store.touch({ id, expiresAt });
    } catch (error) {
      this.trace.failed('A session could not be touched', error);
      return false;
    }
  }
}
