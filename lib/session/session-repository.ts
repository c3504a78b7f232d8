import { SessionLockLostError, SessionStoreError } from '../errors/index.js';
import { RETRY_AFTER } from '../errors/session-store.error.js';
import type { Clock } from '../interfaces/clock.interface.js';
import type { Found, SessionRecord, SessionVersion } from '../interfaces/session-record.interface.js';
import type { SessionStore } from '../stores/session-store.js';
import { mergeByKey } from './data/merge.js';
import { assertSize, bagOf, deserialize } from './data/serializer.js';
import { FifoQueue } from './lock/fifo-queue.js';
import type { LockTerms, SessionLock } from './lock/session-lock.js';
import type { SessionLocks } from './lock/session-locks.js';
import type { Change, ChangeOutcome, Finding, FoundSession } from './repository-values.js';
import { hashSessionId, shortHash } from './session-id.js';
import type { SessionLog } from './session-log.js';
import type { SessionPolicy } from './session-policy.js';
import { storedRecord, type GoneReason, type StoredRecord } from './stage.js';
import type { SessionWatches } from './watch/session-watches.js';

const MAX_CONFLICTS = 10;

const NONE: Promise<Finding> = Promise.resolve({ at: 'new' });

/** Reads and writes sessions. It remembers nothing of any request, and returns what became of each step as a value. */
export class SessionRepository {
  /** Which write of this process is next, for each session. */
  readonly #writers = new FifoQueue<never>();

  constructor(
    private readonly store: SessionStore,
    private readonly locks: SessionLocks,
    private readonly policy: SessionPolicy,
    private readonly clock: Clock,
    private readonly log: SessionLog,
    private readonly watches: SessionWatches,
  ) {}

  /** The first living session of those that the ids name. With `terms`, lock and load are one round trip. */
  find(ids: readonly string[], terms: LockTerms | undefined): Promise<Finding> {
    const [id] = ids;
    if (id === undefined) {
      return NONE;
    }
    return ids.length === 1 ? this.#read(id, hashSessionId(id), terms) : this.#findFirst(ids, terms);
  }

  /** Locks a session that was read without a lock, and reads it again. */
  async lock({ id, key }: StoredRecord, terms: LockTerms): Promise<Exclude<Finding, { at: 'new' }>> {
    const finding = await this.#read(id, key, terms);
    return finding.at === 'new' ? { at: 'gone', because: 'expired' } : finding;
  }

  /** `undefined` when the id is taken: by a session, or by the tombstone of one. */
  async create(id: string, record: SessionRecord): Promise<StoredRecord | undefined> {
    assertSize(record.data, this.policy.settings.maxBytes);
    const key = hashSessionId(id);
    const version = await this.store.create({ id: key, record });
    this.log.step('create', key, version === false ? 'taken' : 'done');
    return version === false ? undefined : storedRecord(id, key, version, record);
  }

  /**
   * Writes one change, laid over what others have written in between. One write at a time: of many at once all but one would
   * conflict in each round, and most would run out of attempts.
   *
   * @throws SessionLockLostError when the lock was lost to another holder, who may have written since.
   * @throws SessionStoreError when others were faster ten times.
   */
  replace(change: Change): Promise<ChangeOutcome> {
    const place = this.#writers.enter(change.record.key);
    return place === undefined ? this.#replace(change) : place.ready.then(() => this.#replace(change));
  }

  /**
   * Moves the expiry alone, and frees the lock in the same round trip. Returns `false` when the store refused, and `undefined` when
   * it failed: that loses nothing, because the next touch makes up for it.
   */
  async touch({ key }: StoredRecord, expiresAt: number, lock: SessionLock | undefined): Promise<boolean | undefined> {
    const isTouched = await (lock === undefined
      ? this.#bestEffort('A session could not be touched', () => this.store.touch({ id: key, expiresAt }))
      : this.locks.release(lock, expiresAt));
    this.log.step('touch', key, isTouched === undefined ? 'failed' : isTouched ? 'done' : 'refused');
    return isTouched;
  }

  /** Whether the store has neither the record nor its tombstone; `false` also when it fails. */
  async isLost({ key }: StoredRecord): Promise<boolean> {
    const what = 'A session that could not be touched was not read again';
    return (await this.#bestEffort(what, () => this.store.load({ id: key })))?.status === 'missing';
  }

  /** Ends a session, also when another request holds its lock; `false` when there is none. */
  async end(id: string): Promise<boolean> {
    const key = hashSessionId(id);
    const isEnded = await this.store.delete({ id: key, tombstoneUntil: this.policy.tombstoneEnd(this.clock.now()) });
    this.log.step('destroy', key, isEnded ? 'done' : 'nothing to destroy');
    if (isEnded) {
      this.watches.ended(key);
    }
    return isEnded;
  }

  /** How a session ended that is not there any more. */
  async whyGone(id: string): Promise<GoneReason> {
    return goneReasonOf(await this.store.load({ id: hashSessionId(id) }));
  }

  async #findFirst(ids: readonly string[], terms: LockTerms | undefined): Promise<Finding> {
    let none: Finding = { at: 'new' };
    for (const id of ids) {
      const finding = await this.#read(id, hashSessionId(id), terms);
      if (finding.at === 'stored') {
        return finding;
      }
      if (finding.at === 'gone' && none.at === 'new') {
        none = finding;
      }
    }
    return none;
  }

  async #read(id: string, key: string, terms: LockTerms | undefined): Promise<Finding> {
    const answer = await (terms === undefined ? this.store.load({ id: key }) : this.locks.acquire(key, terms));
    this.log.step(terms === undefined ? 'load' : 'lock and load', key, answer.status);
    switch (answer.status) {
      case 'missing':
        return { at: 'new' };
      case 'gone':
        return { at: 'gone', because: answer.because };
      case 'found':
        return this.#decode(id, key, answer, undefined) ?? { at: 'new' };
      case 'acquired': {
        const found = this.#decode(id, key, answer, answer.lock);
        if (found === undefined) {
          await this.locks.release(answer.lock);
        }
        return found ?? { at: 'new' };
      }
    }
  }

  /** `undefined` when it has expired, whatever the store says, or cannot be decoded: then its visitor starts anew. */
  #decode(
    id: string,
    key: string,
    { record, version }: Pick<Found, 'record' | 'version'>,
    lock: SessionLock | undefined,
  ): FoundSession | undefined {
    if (this.policy.isExpired(record, this.clock.now())) {
      this.log.step('expired', key);
      return undefined;
    }
    const bag = deserialize(record.data);
    if (bag === undefined) {
      this.log.corrupt(key);
      return undefined;
    }
    return { at: 'stored', record: storedRecord(id, key, version, record), bag, text: record.data, lock };
  }

  async #replace(change: Change): Promise<ChangeOutcome> {
    const { key } = change.record;
    const target = change.id === change.record.id ? key : hashSessionId(change.id);
    let { record, next } = change;
    let mergedOver: string | undefined;
    try {
      for (let conflicts = 0; conflicts <= MAX_CONFLICTS; conflicts += 1) {
        assertSize(next.data, this.policy.settings.maxBytes);
        const version = await this.#send(change, record, target, next);
        if (version !== false) {
          return { at: 'stored', record: storedRecord(change.id, target, version, next), data: next.data, mergedOver };
        }
        const newest = await this.#whatIsThere(change);
        if (newest.at === 'gone') {
          return newest;
        }
        if (newest.record.version === record.version && target !== key) {
          return { at: 'id taken' };
        }
        ({ record } = newest);
        if (!change.startsNewLife) {
          mergedOver = newest.text;
          const { createdAt } = record;
          const data = JSON.stringify(mergeByKey(bagOf(change.base), bagOf(change.next.data), newest.bag));
          next = { data, createdAt, expiresAt: Math.max(next.expiresAt, record.expiresAt) };
        }
      }
    } finally {
      this.#writers.next(key);
    }
    const message = `A session was changed by others ${MAX_CONFLICTS} times while it was written`;
    throw new SessionStoreError(message, RETRY_AFTER);
  }

  #send(
    change: Change,
    { version, key }: StoredRecord,
    to: string,
    record: SessionRecord,
  ): Promise<SessionVersion | false> {
    const { lock, releases, startsNewLife } = change;
    const guard = lock === undefined ? { version } : { version, lock: { token: lock.token, release: releases } };
    if (to === key) {
      this.log.step('update', key);
      return this.store.update({ id: key, record, guard });
    }
    this.log.step('rotate', key);
    const rotation = this.store.rotate({
      from: key,
      to,
      record,
      guard,
      tombstoneUntil: this.policy.tombstoneEnd(this.clock.now()),
    });
    this.watches.rotating(key, to, startsNewLife, rotation);
    return rotation;
  }

  /** Why a write was refused: the session is gone, our lock is, or somebody without a lock wrote in between. */
  async #whatIsThere({ record, lock }: Change): Promise<FoundSession | { at: 'gone'; because: GoneReason }> {
    const { id, key } = record;
    const isFenced = lock !== undefined && !(await this.locks.renew(lock));
    const answer = await this.store.load({ id: key });
    this.log.step('conflict', key, answer.status);
    if (answer.status !== 'found') {
      return { at: 'gone', because: goneReasonOf(answer) };
    }
    if (isFenced) {
      // The end of the application has freed it.
      this.locks.assertOpen();
      throw new SessionLockLostError(shortHash(key));
    }
    return this.#decode(id, key, answer, undefined) ?? { at: 'gone', because: 'expired' };
  }

  /** Nothing is lost when `step` fails: that is logged as `what`. */
  async #bestEffort<T>(what: string, step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      this.log.failed(what, error);
      return undefined;
    }
  }
}

function goneReasonOf(answer: { readonly status: string; readonly because?: GoneReason }): GoneReason {
  return answer.because ?? 'expired';
}
