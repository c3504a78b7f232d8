import { SessionLockLostError } from '../errors/index.js';
import type { SessionStore } from '../stores/session-store.js';
import { shortHash } from './session-id.js';
import type { SessionLocks } from './lock/session-locks.js';
import type { SessionState, StoredFacts } from './session-state.js';
import type { SessionLog } from './session-log.js';

/**
 * - `merged`: our keys lie over what is stored now: try again.
 * - `gone`: there is nothing to write to any more.
 * - `id taken`: nothing changed in between, so it was the new id that stood in the way.
 */
export type ConflictOutcome = 'merged' | 'gone' | 'id taken';

/** Finds out why a write was refused, and what follows. */
export class SessionConflicts {
  constructor(
    private readonly store: SessionStore,
    private readonly locks: SessionLocks,
    private readonly trace: SessionLog,
  ) {}

  /**
   * Either somebody without a lock wrote in between: then our keys are laid over what is there now. Or the session is gone, or
   * our lock is: then nothing is written, whatever we hold.
   *
   * @param target where the write was to go: not where the session is when it gets a new id.
   * @throws SessionLockLostError
   */
  async resolve(state: SessionState, stored: StoredFacts, target: string): Promise<ConflictOutcome> {
    const isFenced = state.lock !== undefined && !(await this.locks.renew(state.lock));
    const answer = await this.store.load({ id: stored.key });
    this.trace.step('conflict', stored.key, answer.status);
    if (answer.status !== 'found') {
      return 'gone';
    }
    if (isFenced) {
      throw new SessionLockLostError(shortHash(stored.key));
    }
    const { record, version } = answer;
    if (version === stored.version && target !== stored.key) {
      return 'id taken';
    }
    if (state.rotation?.isNewLife !== true && !state.contents.rebase(record.data)) {
      this.trace.corrupt(stored.key);
      if (state.lock !== undefined) {
        await this.locks.release(state.lock);
      }
      return 'gone';
    }
    state.stored = { key: stored.key, version, createdAt: record.createdAt, expiresAt: record.expiresAt };
    return 'merged';
  }
}
