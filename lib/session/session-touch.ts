import type { SessionStore } from '../stores/session-store.js';
import type { SessionLocks } from './session-lock.js';
import type { SessionPlan } from './session-plan.js';
import type { SessionState } from './session-state.js';
import type { SessionTrace } from './session-trace.js';

/** Moves the expiry of a session that is used and not changed, and lets its lock go in the same trip. */
export class SessionTouch {
  constructor(
    private readonly store: SessionStore,
    private readonly locks: SessionLocks,
    private readonly plan: SessionPlan,
    private readonly trace: SessionTrace,
  ) {}

  async touch(state: SessionState): Promise<void> {
    const { stored, lock } = state;
    if (stored === undefined) {
      return;
    }
    const record = this.plan.nextRecord(state, stored);
    const { expiresAt } = record;
    state.lock = undefined;
    const isTouched = await (lock ? this.locks.release(lock, expiresAt) : this.#tryTouch(stored.key, expiresAt));
    this.trace.step('touch', stored.key, isTouched ? 'done' : 'refused');
    if (isTouched) {
      state.cookie = this.plan.cookieFor(state, record);
      state.stored = { ...stored, expiresAt };
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
