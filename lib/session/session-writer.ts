import { SessionIdCollisionError, SessionStoreError } from '../errors/index.js';
import type { SessionRecord } from '../interfaces/session-record.interface.js';
import type { ActiveSession } from './active-session.js';
import { goneError } from './work/gone-error.js';
import { assertWritable } from './lock/lock-settings.js';
import type { SessionLocks } from './lock/session-locks.js';
import type { SessionIds } from './session-id.js';
import type { SessionLog } from './session-log.js';
import type { SessionRepository } from './session-repository.js';
import type { GoneReason, StoredRecord, StoredStage } from './stage.js';

const MAX_COLLISIONS = 5;

/** Decides what a commit writes: one switch over the stage of the session. It remembers nothing of any request. */
export class SessionWriter {
  constructor(
    private readonly repository: SessionRepository,
    private readonly locks: SessionLocks,
    private readonly ids: Pick<SessionIds, 'isOutOfReach'>,
    private readonly log: SessionLog,
  ) {}

  /**
   * Writes what the request did, in one round trip wherever that is possible; `undefined` when there is nothing to wait for.
   * `releases`: touches the session when that is due, and frees the lock.
   *
   * @throws SessionGoneError when another request has ended the session, and this one has changed it.
   */
  write(active: ActiveSession, releases: boolean): Promise<void> | undefined {
    const { stage, data } = active;
    if (stage.at === 'unloaded') {
      return undefined;
    }
    const text = data.payload();
    const isChanged = text !== data.baseline;
    if (isChanged) {
      assertWritable(active.settings, 'Changing the session');
    }
    switch (stage.at) {
      case 'new':
        return data.isEmpty ? undefined : this.#create(active, text);
      case 'stored':
        return isChanged || stage.rotation !== undefined
          ? this.#replace(active, stage, text, releases)
          : this.#leave(active, stage, releases);
      case 'gone':
        if (isChanged || active.hasLostChanges) {
          throw goneError(active, stage.because);
        }
        return undefined;
      case 'destroyed':
        if (isChanged) {
          this.log.dropped(active.transport.route, 'changed its session after it had destroyed it');
          data.reset();
        }
        return undefined;
    }
  }

  /** Frees the lock and writes nothing. */
  unlock(active: ActiveSession): Promise<void> | undefined {
    const lock = active.takeLock();
    if (lock === undefined) {
      return undefined;
    }
    this.log.step('unlock', lock.id);
    return this.locks.release(lock).then(nothing);
  }

  /** Moves the expiry now, and keeps the lock: for a request that has only begun, of a session that may expire while it runs. */
  async prolong(active: ActiveSession): Promise<void> {
    const { stage } = active;
    if (stage.at !== 'stored') {
      return;
    }
    const expiresAt = active.nextExpiry(stage.record);
    const isDue = expiresAt > stage.record.expiresAt;
    if (isDue && (await this.repository.touch(stage.record, expiresAt, undefined)) === true) {
      active.touched(stage, expiresAt);
    }
  }

  /**
   * Ends every session that the cookies of the request name, at once: a logout must not depend on whether the rest of the
   * request succeeds.
   *
   * @throws SessionGoneError when another request gave the session a new id: the browser's new cookie is still logged in.
   */
  async end(active: ActiveSession): Promise<void> {
    const { stage } = active;
    const own = stage.at === 'stored' ? stage.record.id : undefined;
    let isCookieDead = own !== undefined || stage.at === 'gone';
    for (const other of active.sent.candidates) {
      if (other !== own && (await this.repository.end(other))) {
        isCookieDead = true;
      }
    }
    let because: GoneReason | undefined = stage.at === 'gone' ? stage.because : undefined;
    if (own !== undefined && !(await this.repository.end(own))) {
      because = await this.repository.whyGone(own);
    }
    this.#forgetLock(active);
    if (because === 'rotated') {
      const error = goneError(active, because);
      active.lost(because);
      throw error;
    }
    active.ended(isCookieDead);
  }

  async #create(active: ActiveSession, text: string): Promise<void> {
    const obstacle = active.isCookieSent ? undefined : active.transport.cookieObstacle();
    if (obstacle !== undefined) {
      this.log.withoutCookie(`${active.transport.route}: a new session was not stored`, obstacle);
      active.data.reset();
      return;
    }
    const record = active.firstRecord(text);
    for (let collisions = 0; collisions <= MAX_COLLISIONS; collisions += 1) {
      const created = await this.#tryCreate(active, record);
      if (created !== undefined) {
        active.written({ record: created, data: text, mergedOver: undefined }, undefined);
        return;
      }
    }
    throw new SessionIdCollisionError();
  }

  /** `undefined` when the id is of no use, and has been given up. */
  async #tryCreate(active: ActiveSession, record: SessionRecord): Promise<StoredRecord | undefined> {
    try {
      const created = await this.repository.create(active.nextId, record);
      if (created === undefined) {
        active.giveUpId();
      }
      return created;
    } catch (error) {
      if (!(error instanceof SessionStoreError) || !this.ids.isOutOfReach(active.nextId)) {
        throw error;
      }
      // One server of several is down. If the session was created after all, nobody has its id.
      active.giveUpId(error);
      if (this.ids.isOutOfReach(active.nextId)) {
        throw error;
      }
      return undefined;
    }
  }

  async #replace(active: ActiveSession, stage: StoredStage, text: string, releases: boolean): Promise<void> {
    const { record, lock, rotation } = stage;
    const { baseline: base } = active.data;
    const next = active.nextRecord(stage, text);
    const startsNewLife = rotation?.startsNewLife === true;
    for (let collisions = 0; collisions <= MAX_COLLISIONS; collisions += 1) {
      const change = { record, id: active.nextId, next, base, startsNewLife, lock, releases };
      const outcome = await this.repository.replace(change);
      switch (outcome.at) {
        case 'stored':
          this.#follow(stage, outcome.record.key, releases);
          active.written(outcome, releases ? undefined : lock);
          return;
        case 'gone':
          return this.#startAgain(active, outcome.because);
        case 'id taken':
          active.giveUpId();
      }
    }
    throw new SessionIdCollisionError();
  }

  /** The session is gone. Only an explicit `regenerate()` begins another, with what this request has set. */
  async #startAgain(active: ActiveSession, because: GoneReason): Promise<void> {
    const { stage } = active;
    const error = goneError(active, because);
    if (because === 'expired') {
      // What cannot be decoded is still there, with our lock.
      await this.unlock(active);
    }
    this.#forgetLock(active);
    active.lost(because);
    if (stage.at !== 'stored' || stage.rotation === undefined) {
      throw error;
    }
    active.beginAnew();
    await this.write(active, true);
  }

  /** Nothing was changed: the expiry moves when that is due, in the round trip that frees the lock. */
  #leave(active: ActiveSession, stage: StoredStage, releases: boolean): Promise<void> | undefined {
    if (!releases) {
      return undefined;
    }
    const expiresAt = active.nextExpiry(stage.record);
    if (expiresAt > stage.record.expiresAt) {
      return this.#touch(active, stage, expiresAt);
    }
    return this.unlock(active);
  }

  async #touch(active: ActiveSession, stage: StoredStage, expiresAt: number): Promise<void> {
    const isTouched = await this.repository.touch(stage.record, expiresAt, active.takeLock());
    if (isTouched === true) {
      active.touched(stage, expiresAt);
    } else if (isTouched === false && (await this.repository.isLost(stage.record))) {
      active.lost('expired');
    }
  }

  /** The lock was freed by the write, or goes on under the new id. */
  #follow({ lock, record }: StoredStage, key: string, releases: boolean): void {
    if (lock === undefined) {
      return;
    }
    if (releases) {
      this.locks.onReleased(lock);
    } else if (key !== record.key) {
      this.locks.rebind(lock, key);
    }
  }

  /** There is nothing left to lock. */
  #forgetLock(active: ActiveSession): void {
    const lock = active.takeLock();
    if (lock !== undefined) {
      this.locks.onReleased(lock);
    }
  }
}

function nothing(): undefined {
  return undefined;
}
