import { SessionIdCollisionError, SessionReadOnlyError, SessionStoreError } from '../errors/index.js';
import type { Clock } from '../interfaces/clock.interface.js';
import type { SessionRecord, SessionVersion, WriteGuard } from '../interfaces/session-record.interface.js';
import type { SessionStore } from '../stores/session-store.js';
import { FifoQueue } from './lock/fifo-queue.js';
import type { SessionConflicts } from './session-conflicts.js';
import { hashSessionId } from './session-id.js';
import type { SessionLocks } from './lock/session-locks.js';
import type { SessionPlan } from './session-plan.js';
import { assertSize } from './data/session-serializer.js';
import type { SessionState, StoredFacts } from './session-state.js';
import type { SessionTouch } from './session-touch.js';
import type { SessionLog } from './session-log.js';

const MAX_CONFLICTS = 10;
const MAX_COLLISIONS = 5;

/** How long a destroyed or rotated id answers "gone": requests in flight with it must not start a session of their own. */
export const TOMBSTONE_LIFE = 30_000;

/** Writes what a request did to its session: the switch behind every commit and `save()`. */
export class SessionWriter {
  /** Whose turn it is to write, for each session. */
  readonly #turns = new FifoQueue<never>();

  constructor(
    private readonly store: SessionStore,
    private readonly locks: SessionLocks,
    private readonly conflicts: SessionConflicts,
    private readonly plan: SessionPlan,
    private readonly touch: SessionTouch,
    private readonly clock: Clock,
    private readonly trace: SessionLog,
    private readonly maxBytes: number,
  ) {}

  /** Writes changes, touches when that is due, and lets the lock go, in one trip to the store wherever that is possible. */
  async commit(state: SessionState): Promise<void> {
    await this.#write(state, true);
    await this.release(state);
  }

  /** Writes changes and keeps the lock. */
  async save(state: SessionState): Promise<void> {
    await this.#write(state, false);
  }

  /** Lets the lock go, and nothing else. */
  async release(state: SessionState): Promise<void> {
    const { lock } = state;
    if (lock !== undefined) {
      state.lock = undefined;
      await this.locks.release(lock);
    }
  }

  /** The lock is renewed no more. */
  stopRenewing({ lock }: SessionState): void {
    if (lock !== undefined) {
      this.locks.stopRenewing(lock);
    }
  }

  /** Deletes at once: a logout must not hang on whether the rest of the request succeeds. */
  async destroy(state: SessionState): Promise<void> {
    const { stored } = state;
    if (stored !== undefined) {
      await this.store.delete({ id: stored.key, tombstoneUntil: this.clock.now() + TOMBSTONE_LIFE });
      this.trace.step('destroy', stored.key);
      state.cookie = { kind: 'expire' };
    }
    this.#forget(state, state.phase === 'gone' ? 'gone' : 'destroyed');
  }

  /** `undefined` when there is nothing to wait for. */
  #write(state: SessionState, isFinal: boolean): Promise<void> | undefined {
    if (state.settings.mode === 'read-only' && state.isChanged) {
      throw new SessionReadOnlyError('Changing the session');
    }
    if (state.isOver) {
      this.trace.tooLate(state);
      return undefined;
    }
    switch (state.phase) {
      case 'unloaded':
        return undefined;
      case 'new':
        return this.#create(state);
      case 'stored':
        return this.#writeStored(state, isFinal);
      case 'gone':
      case 'destroyed':
        this.#drop(state, state.phase);
        return undefined;
    }
  }

  #writeStored(state: SessionState, isFinal: boolean): Promise<void> | undefined {
    const data = state.contents.payload();
    if (state.rotation !== undefined || state.contents.differsFrom(data)) {
      return this.#replaceInTurn(state, data, isFinal);
    }
    return isFinal && this.plan.isTouchDue(state) ? this.touch.touch(state) : undefined;
  }

  async #create(state: SessionState): Promise<void> {
    if (state.contents.isEmpty) {
      return;
    }
    const obstacle = state.isCookieAnnounced ? undefined : state.exchange.cookieObstacle();
    if (obstacle !== undefined) {
      this.trace.withoutCookie(`${state.exchange.route}: a new session was not stored`, obstacle);
      state.contents.reset();
      return;
    }
    const record = this.plan.firstRecord(state.contents.payload());
    assertSize(record.data, this.maxBytes);
    for (let collisions = 0; collisions <= MAX_COLLISIONS; collisions += 1) {
      const key = hashSessionId(this.plan.idOf(state));
      const version = await this.store.create({ id: key, record });
      this.trace.step('create', key, version === false ? 'taken' : 'done');
      if (version !== false) {
        this.#written(state, key, version, record, false);
        return;
      }
      this.#giveUpId(state);
    }
    throw new SessionIdCollisionError();
  }

  /** One at a time: of many that write at once all but one would conflict in each round, and most would run out of attempts. */
  async #replaceInTurn(state: SessionState, data: string, release: boolean): Promise<void> {
    const key = state.stored?.key ?? '';
    await this.#turns.enter(key)?.ready;
    try {
      await this.#replace(state, data, release);
    } finally {
      this.#turns.next(key);
    }
  }

  async #replace(state: SessionState, data: string, release: boolean): Promise<void> {
    for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts += 1) {
      const { stored } = state;
      if (stored === undefined) {
        return;
      }
      const key = this.plan.keyOf(state, stored);
      const record = this.plan.nextRecord(state, stored, data);
      assertSize(data, this.maxBytes);
      const version = await this.#send(state, stored, key, record, release);
      if (version !== false) {
        this.#written(state, key, version, record, release);
        return;
      }
      await this.#resolveConflict(state, stored, key);
      data = state.contents.payload();
    }
    throw new SessionStoreError(`A session was changed by others ${MAX_CONFLICTS} times while it was written`, 1_000);
  }

  #send(
    state: SessionState,
    stored: StoredFacts,
    key: string,
    record: SessionRecord,
    release: boolean,
  ): Promise<SessionVersion | false> {
    const { lock } = state;
    const { version } = stored;
    const guard: WriteGuard = lock === undefined ? { version } : { version, lock: { token: lock.token, release } };
    if (key === stored.key) {
      this.trace.step('update', key);
      return this.store.update({ id: key, record, guard });
    }
    this.trace.step('rotate', stored.key);
    const tombstoneUntil = this.clock.now() + TOMBSTONE_LIFE;
    return this.store.rotate({ from: stored.key, to: key, record, guard, tombstoneUntil });
  }

  async #resolveConflict(state: SessionState, stored: StoredFacts, key: string): Promise<void> {
    const outcome = await this.conflicts.resolve(state, stored, key);
    if (outcome === 'gone') {
      this.#drop(state, 'gone');
    } else if (outcome === 'id taken') {
      this.#giveUpId(state);
    }
  }

  /** An id that somebody has seen cannot be exchanged for another behind their back. */
  #giveUpId(state: SessionState): void {
    if (state.isIdRead || state.isCookieAnnounced) {
      throw new SessionIdCollisionError();
    }
    state.id = undefined;
  }

  #written(
    state: SessionState,
    key: string,
    version: SessionVersion,
    record: SessionRecord,
    isReleased: boolean,
  ): void {
    if (isReleased) {
      this.#letGo(state);
    } else if (state.lock !== undefined && state.lock.id !== key) {
      this.locks.rebind(state.lock, key);
    }
    state.cookie = this.plan.cookieFor(state, record);
    state.contents.stored(record.data);
    state.phase = 'stored';
    state.stored = { key, version, createdAt: record.createdAt, expiresAt: record.expiresAt };
    state.rotation = undefined;
  }

  #drop(state: SessionState, phase: 'gone' | 'destroyed'): void {
    this.trace.dropped(state);
    this.#forget(state, phase);
  }

  #forget(state: SessionState, phase: 'gone' | 'destroyed'): void {
    this.#letGo(state);
    state.forget(phase);
  }

  /** The store has let the lock go already, or there is nothing left to lock. */
  #letGo(state: SessionState): void {
    if (state.lock !== undefined) {
      this.locks.onReleased(state.lock);
      state.lock = undefined;
    }
  }
}
