import cluster from 'node:cluster';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SessionsConfigError } from '../../errors/sessions-config.error.js';
import type {
  Acquired,
  Found,
  Gone,
  Held,
  Missing,
  SessionRecord,
  SessionVersion,
  WriteGuard,
} from '../../interfaces/session-record.interface.js';
import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import type {
  CountableStore,
  StartableStore,
  StoreContext,
  SweepableStore,
  SweepBatch,
  SweepOptions,
} from '../../interfaces/store-abilities.interface.js';
import { bury, LruEntries, type Entry, type Lock, recordOf } from './lru-entries.js';
import { SessionStore } from '../session-store.js';

export interface MemoryStoreOptions {
  /**
   * At most so many sessions are kept, tombstones included; then the least recently used one that is not locked makes
   * room. Default 100 000.
   */
  maxSessions?: number;
}

type UpdateArgs = Parameters<SessionStore['update']>[0];
type RotateArgs = Parameters<SessionStore['rotate']>[0];
type TryLockArgs = Parameters<SessionStore['tryLock']>[0];

const MISSING: Missing = Object.freeze({ status: 'missing' });

/** How many entries a sweep looks at before it lets requests run: well under a millisecond of work. */
const SWEEP_STEP = 500;

const ADVICE = 'Give SessionsModule another store, such as FileStore or PostgresStore.';

/** Below this share of `maxSessions` a spell of evictions counts as over, so that the next one warns again. */
const RELIEF = 0.9;

/**
 * Sessions in the memory of this process: gone when it ends, and not seen by any other. For development, tests and
 * applications of one process.
 *
 * Each method does its work in one synchronous step, which is what makes it atomic, and keeps strings, so that nobody holds a
 * reference to what is stored.
 */
export class MemoryStore extends SessionStore implements StartableStore, CountableStore, SweepableStore {
  readonly #maxSessions: number;
  readonly #entries = new LruEntries();
  #now: () => number = Date.now;
  #monotonic: () => number = () => performance.now();
  #logger: SessionsLogger | undefined;
  #lastVersion = 0;
  #evicting = false;

  /** @throws SessionsConfigError when `maxSessions` is not a positive integer. */
  constructor({ maxSessions = 100_000 }: MemoryStoreOptions = {}) {
    super();
    if (!Number.isSafeInteger(maxSessions) || maxSessions < 1) {
      throw new SessionsConfigError(
        `MemoryStore: maxSessions must be a positive integer, and is ${String(maxSessions)}.`,
      );
    }
    this.#maxSessions = maxSessions;
  }

  start({ clock, logger }: StoreContext): Promise<void> {
    this.#now = () => clock.now();
    this.#monotonic = () => clock.monotonic();
    this.#logger = logger;
    if (cluster.isWorker) {
      logger.warn(`MemoryStore keeps sessions in one process, and this is one of several workers. ${ADVICE}`);
    } else if (process.env['NODE_ENV'] === 'production') {
      logger.warn(`MemoryStore loses every session when this process ends. ${ADVICE}`);
    }
    return Promise.resolve();
  }

  load({ id }: { id: string }): Promise<Found | Missing | Gone> {
    const entry = this.#use(id);
    if (!entry) {
      return Promise.resolve(MISSING);
    }
    if (entry.endReason) {
      return Promise.resolve({ status: 'gone', because: entry.endReason });
    }
    return Promise.resolve({ status: 'found', record: recordOf(entry), version: entry.version });
  }

  create({ id, record }: { id: string; record: SessionRecord }): Promise<SessionVersion | false> {
    if (this.#use(id)) {
      return Promise.resolve(false);
    }
    return Promise.resolve(this.#put(id, record, undefined).version);
  }

  update({ id, record, guard }: UpdateArgs): Promise<SessionVersion | false> {
    const entry = this.#guarded(id, guard);
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

  touch({ id, expiresAt }: { id: string; expiresAt: number }): Promise<boolean> {
    const entry = this.#useLive(id);
    if (!entry) {
      return Promise.resolve(false);
    }
    entry.expiresAt = Math.max(entry.expiresAt, expiresAt);
    return Promise.resolve(true);
  }

  delete({ id, tombstoneUntil }: { id: string; tombstoneUntil: number }): Promise<boolean> {
    const entry = this.#useLive(id);
    if (!entry) {
      return Promise.resolve(false);
    }
    bury(entry, 'destroyed', tombstoneUntil);
    return Promise.resolve(true);
  }

  rotate({ from, to, record, guard, tombstoneUntil }: RotateArgs): Promise<SessionVersion | false> {
    const entry = this.#guarded(from, guard);
    if (!entry || this.#use(to)) {
      return Promise.resolve(false);
    }
    // Only the lock of the one who rotates goes along: another holder does not know the new id, and could not free it.
    const lock = guard.lock && !guard.lock.release ? entry.lock : undefined;
    const expiresAt = Math.max(entry.expiresAt, record.expiresAt);
    bury(entry, 'rotated', tombstoneUntil);
    return Promise.resolve(this.#put(to, { ...record, expiresAt }, lock).version);
  }

  tryLock({ id, token, lease, holder }: TryLockArgs): Promise<Acquired | Held | Missing | Gone> {
    const entry = this.#use(id);
    if (!entry) {
      return Promise.resolve(MISSING);
    }
    if (entry.endReason) {
      return Promise.resolve({ status: 'gone', because: entry.endReason });
    }
    const now = this.#monotonic();
    if (entry.lock && entry.lock.token !== token && now < entry.lock.leaseEndsAt) {
      return Promise.resolve({ status: 'held', holder: entry.lock.holder });
    }
    entry.lock = { token, holder: { ...holder }, leaseEndsAt: now + lease };
    return Promise.resolve({ status: 'acquired', record: recordOf(entry), version: entry.version });
  }

  renewLock({ id, token, lease }: { id: string; token: string; lease: number }): Promise<boolean> {
    const lock = this.#useLive(id)?.lock;
    if (lock?.token !== token) {
      return Promise.resolve(false);
    }
    lock.leaseEndsAt = this.#monotonic() + lease;
    return Promise.resolve(true);
  }

  unlock({ id, token, expiresAt = 0 }: { id: string; token: string; expiresAt?: number }): Promise<boolean> {
    const entry = this.#useLive(id);
    if (entry?.lock?.token !== token) {
      return Promise.resolve(false);
    }
    entry.lock = undefined;
    entry.expiresAt = Math.max(entry.expiresAt, expiresAt);
    return Promise.resolve(true);
  }

  /** Looks at every entry, without letting requests run in between: for statistics, not for each request. */
  count(): Promise<number> {
    const now = this.#now();
    let live = 0;
    for (const entry of this.#entries.values()) {
      if (!entry.endReason && now < entry.expiresAt) {
        live += 1;
      }
    }
    return Promise.resolve(live);
  }

  async *sweep({ batchSize }: SweepOptions): AsyncGenerator<SweepBatch> {
    let removed = 0;
    let looked = 0;
    for (const entry of this.#entries.values()) {
      if (this.#now() >= entry.expiresAt && !this.#isLocked(entry)) {
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
      await nextTurn();
    }
    yield { removed };
  }

  /** What is there under the id, a tombstone included, and notes that it was used. */
  #use(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (!entry || this.#now() >= entry.expiresAt) {
      return undefined;
    }
    this.#entries.noteUse(entry);
    return entry;
  }

  #useLive(id: string): Entry | undefined {
    const entry = this.#use(id);
    return entry?.endReason ? undefined : entry;
  }

  #guarded(id: string, { version, lock }: WriteGuard): Entry | undefined {
    const entry = this.#useLive(id);
    if (entry?.version !== version) {
      return undefined;
    }
    return lock && entry.lock?.token !== lock.token ? undefined : entry;
  }

  #put(id: string, { data, createdAt, expiresAt }: SessionRecord, lock: Lock | undefined): Entry {
    const expired = this.#entries.get(id);
    if (expired) {
      this.#entries.remove(expired);
    }
    this.#makeRoom();
    const version = ++this.#lastVersion;
    return this.#entries.add({ id, data, createdAt, expiresAt, version, lock, endReason: undefined });
  }

  #makeRoom(): void {
    if (this.#entries.size < this.#maxSessions * RELIEF) {
      this.#evicting = false;
    }
    for (const entry of this.#entries.oldestFirst()) {
      if (this.#entries.size < this.#maxSessions) {
        return;
      }
      // A locked session is in the hands of a request: it stays, even if that means one too many for a while.
      if (!this.#isLocked(entry)) {
        this.#evict(entry);
      }
    }
  }

  #evict(entry: Entry): void {
    this.#entries.remove(entry);
    if (this.#evicting || this.#now() >= entry.expiresAt) {
      return;
    }
    this.#evicting = true;
    this.#logger?.warn(
      `MemoryStore is full (maxSessions: ${this.#maxSessions}): the sessions used longest ago are being dropped.`,
    );
  }

  #isLocked({ lock }: Entry): boolean {
    return lock !== undefined && this.#monotonic() < lock.leaseEndsAt;
  }
}
