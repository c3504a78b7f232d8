import cluster from 'node:cluster';
import { setImmediate as letRequestsRun } from 'node:timers/promises';
import type { Clock } from '../../interfaces/clock.interface.js';
import type { SessionRecord, WriteGuard } from '../../interfaces/session-record.interface.js';
import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import type {
  CountableStore,
  StartableStore,
  StoreContext,
  SweepableStore,
  SweepBatch,
  SweepOptions,
} from '../../interfaces/store-abilities.interface.js';
import { SessionStore } from '../session-store.js';
import {
  absenceOf,
  foundOrAbsent,
  isHeldByAnother,
  isLive,
  isRunning,
  type Live,
  type Lock,
  movesLock,
  permits,
  recordOf,
} from '../shared/entry.js';
import { keptHolder } from '../shared/holder.js';
import type { Answer, Args } from '../shared/store-methods.js';
import { bury, LruEntries, type LruEntry } from './lru-entries.js';
import { maxSessionsOf, type MemoryStoreOptions } from './memory-store-options.js';

/** A sweep reads so many entries before requests may run: well under a millisecond of work. */
const SWEEP_STEP = 500;

const ADVICE = 'Give SessionsModule another store, such as FileStore or PostgresStore.';

/** The warning that the store is full is written again once the store has been this full or less in between. */
const NO_LONGER_FULL = 0.9;

export type { MemoryStoreOptions } from './memory-store-options.js';

/**
 * Sessions in the memory of this process: gone when it ends, and not seen by any other. For development, tests and
 * applications of one process.
 *
 * Each method does its work in one synchronous step, which makes it atomic. The store keeps strings, so that no caller has a
 * reference to what is stored.
 */
export class MemoryStore extends SessionStore implements StartableStore, CountableStore, SweepableStore {
  readonly #maxSessions: number;
  readonly #entries = new LruEntries();
  #clock: Pick<Clock, 'now' | 'monotonic'> = { now: Date.now, monotonic: () => performance.now() };
  #logger: SessionsLogger | undefined;
  #lastVersion = 0;
  #isFull = false;

  /** @throws SessionsConfigError when an option is wrong. */
  constructor(options: MemoryStoreOptions = {}) {
    super();
    this.#maxSessions = maxSessionsOf(options);
  }

  start({ clock, logger }: StoreContext): Promise<void> {
    this.#clock = clock;
    this.#logger = logger;
    if (cluster.isWorker) {
      logger.warn(`MemoryStore keeps sessions in one process, and this is one of several workers. ${ADVICE}`);
    } else if (process.env['NODE_ENV'] === 'production') {
      logger.warn(`MemoryStore loses every session when this process ends. ${ADVICE}`);
    }
    return Promise.resolve();
  }

  load({ id }: Args<'load'>): Promise<Answer<'load'>> {
    return Promise.resolve(foundOrAbsent(this.#use(id)));
  }

  create({ id, record }: Args<'create'>): Promise<Answer<'create'>> {
    return Promise.resolve(this.#use(id) ? false : this.#put(id, record, undefined).version);
  }

  update({ id, record, guard }: Args<'update'>): Promise<Answer<'update'>> {
    const entry = this.#useIfPermitted(id, guard);
    if (!entry) {
      return Promise.resolve(false);
    }
    entry.data = record.data;
    entry.createdAt = record.createdAt;
    entry.expiresAt = Math.max(entry.expiresAt, record.expiresAt);
    entry.version = ++this.#lastVersion;
    if (guard.lock?.release) {
      entry.lock = undefined;
    }
    return Promise.resolve(entry.version);
  }

  touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    const entry = this.#useIfLive(id);
    if (entry) {
      entry.expiresAt = Math.max(entry.expiresAt, expiresAt);
    }
    return Promise.resolve(entry !== undefined);
  }

  delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    const entry = this.#useIfLive(id);
    if (entry) {
      bury(entry, 'destroyed', tombstoneUntil);
    }
    return Promise.resolve(entry !== undefined);
  }

  rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>): Promise<Answer<'rotate'>> {
    const entry = this.#useIfPermitted(from, guard);
    if (!entry || this.#use(to)) {
      return Promise.resolve(false);
    }
    const lock = movesLock(guard) ? entry.lock : undefined;
    const expiresAt = Math.max(entry.expiresAt, record.expiresAt);
    bury(entry, 'rotated', tombstoneUntil);
    return Promise.resolve(this.#put(to, { ...record, expiresAt }, lock).version);
  }

  tryLock({ id, token, lease, holder }: Args<'tryLock'>): Promise<Answer<'tryLock'>> {
    const entry = this.#use(id);
    if (!isLive(entry)) {
      return Promise.resolve(absenceOf(entry?.endReason));
    }
    const now = this.#clock.monotonic();
    if (isHeldByAnother(entry.lock, token, now)) {
      return Promise.resolve({ status: 'held', holder: entry.lock.holder });
    }
    entry.lock = { token, holder: keptHolder(holder), leaseEndsAt: now + lease };
    return Promise.resolve({ status: 'acquired', record: recordOf(entry), version: entry.version });
  }

  renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    const entry = this.#useIfLive(id);
    if (entry?.lock?.token !== token) {
      return Promise.resolve(false);
    }
    entry.lock = { ...entry.lock, leaseEndsAt: this.#clock.monotonic() + lease };
    return Promise.resolve(true);
  }

  unlock({ id, token, expiresAt = 0 }: Args<'unlock'>): Promise<boolean> {
    const entry = this.#useIfLive(id);
    if (entry?.lock?.token !== token) {
      return Promise.resolve(false);
    }
    entry.lock = undefined;
    entry.expiresAt = Math.max(entry.expiresAt, expiresAt);
    return Promise.resolve(true);
  }

  /** Reads every entry in one step, while no request runs: for statistics, not for each request. */
  count(): Promise<number> {
    const now = this.#clock.now();
    let live = 0;
    for (const entry of this.#entries.values()) {
      if (isLive(entry) && now < entry.expiresAt) {
        live += 1;
      }
    }
    return Promise.resolve(live);
  }

  async *sweep({ batchSize }: SweepOptions): AsyncGenerator<SweepBatch> {
    let removed = 0;
    let looked = 0;
    for (const entry of this.#entries.values()) {
      if (this.#clock.now() >= entry.expiresAt && !isRunning(entry.lock, this.#clock.monotonic())) {
        this.#entries.remove(entry);
        removed += 1;
      }
      looked += 1;
      if (removed < batchSize && looked < SWEEP_STEP) {
        continue;
      }
      yield { removed };
      removed = 0;
      looked = 0;
      await letRequestsRun();
    }
    yield { removed };
  }

  /** The entry under the id, a tombstone included. This counts as a use of it. */
  #use(id: string): LruEntry | undefined {
    const entry = this.#entries.get(id);
    if (!entry || this.#clock.now() >= entry.expiresAt) {
      return undefined;
    }
    this.#entries.noteUse(entry);
    return entry;
  }

  #useIfLive(id: string): Live<LruEntry> | undefined {
    const entry = this.#use(id);
    return isLive(entry) ? entry : undefined;
  }

  #useIfPermitted(id: string, guard: WriteGuard): Live<LruEntry> | undefined {
    const entry = this.#use(id);
    return permits(entry, guard) ? entry : undefined;
  }

  #put(id: string, { data, createdAt, expiresAt }: SessionRecord, lock: Lock | undefined): LruEntry {
    const expired = this.#entries.get(id);
    if (expired) {
      this.#entries.remove(expired);
    }
    this.#makeRoom();
    const version = ++this.#lastVersion;
    return this.#entries.add({ id, data, createdAt, expiresAt, version, lock, endReason: undefined });
  }

  #makeRoom(): void {
    if (this.#entries.size < this.#maxSessions * NO_LONGER_FULL) {
      this.#isFull = false;
    }
    for (const entry of this.#entries.oldestFirst()) {
      if (this.#entries.size < this.#maxSessions) {
        return;
      }
      // A request works on a locked session: it stays, even if the store holds one too many for a while.
      if (!isRunning(entry.lock, this.#clock.monotonic())) {
        this.#evict(entry);
      }
    }
  }

  #evict(entry: LruEntry): void {
    this.#entries.remove(entry);
    if (this.#isFull || this.#clock.now() >= entry.expiresAt) {
      return;
    }
    this.#isFull = true;
    this.#logger?.warn(
      `MemoryStore is full (maxSessions: ${this.#maxSessions}): the sessions used longest ago are being dropped.`,
    );
  }
}
