import cluster from 'node:cluster';
import type {
  Acquired,
  Found,
  Gone,
  Held,
  Missing,
  SessionRecord,
  SessionVersion,
} from '../../interfaces/session-record.interface.js';
import type { StartableStore, StoreContext } from '../../interfaces/store-abilities.interface.js';
import { CachedEntries } from './cached-entries.js';
import { entryOf, isRecord, recordOf, tombstoneOf } from './entry.js';
import { keyvOf, type SessionCache, type SessionKeyv } from './session-cache.js';
import type { Lock } from './locks.js';
import { type Shared, sharedOf } from './shared-state.js';
import { SessionStore } from '../session-store.js';

export interface CacheManagerStoreOptions {
  /** What `CACHE_MANAGER` of `@nestjs/cache-manager` injects, or `createCache()` of cache-manager gives; with one store. */
  cache: SessionCache;
  /** Stands before each key. Default `'sessions:'`. */
  prefix?: string;
}

type UpdateArgs = Parameters<SessionStore['update']>[0];
type RotateArgs = Parameters<SessionStore['rotate']>[0];
type TryLockArgs = Parameters<SessionStore['tryLock']>[0];

/**
 * Sessions in the cache that a Nest application has already, whatever keeps it.
 *
 * A cache can read and write, and nothing else: it has no lock and no write on a condition. So **locks and guards hold within
 * this process**. Behind several processes send each visitor to one of them, or take another store.
 *
 * It works on the cache's Keyv, because the cache itself answers "not there" when its backend is down. The cache stays its
 * owner's.
 */
export class CacheManagerStore extends SessionStore implements StartableStore {
  readonly #keyv: SessionKeyv;
  readonly #shared: Shared;
  readonly #entries: CachedEntries;
  readonly #prefix: string;
  #now: () => number = Date.now;
  #monotonic: () => number = () => performance.now();

  /** @throws SessionsConfigError when the cache has several tiers, or is none of cache-manager 6 or later. */
  constructor({ cache, prefix = 'sessions:' }: CacheManagerStoreOptions) {
    super();
    this.#keyv = keyvOf(cache);
    this.#shared = sharedOf(this.#keyv);
    this.#prefix = prefix;
    const { keyv, locks } = this.#shared;
    this.#entries = new CachedEntries(keyv, locks, { now: () => this.#now(), monotonic: () => this.#monotonic() });
  }

  start({ clock, logger }: StoreContext): Promise<void> {
    this.#now = () => clock.now();
    this.#monotonic = () => clock.monotonic();
    if (cluster.isWorker) {
      logger.warn(
        'CacheManagerStore: session locks hold within one process, and this is one of several workers. ' +
          'Send each visitor to one worker, or take a store whose locks hold across processes.',
      );
    }
    if (process.env['NODE_ENV'] === 'production' && this.#keyv.store instanceof Map) {
      logger.warn(
        'CacheManagerStore: this cache is in the memory of this process, and keeps what has expired. ' +
          'Take MemoryStore, or give the cache a store such as @keyv/redis.',
      );
    }
    return Promise.resolve();
  }

  async load({ id }: { id: string }): Promise<Found | Missing | Gone> {
    const key = this.#keyOf(id);
    await this.#shared.mutex.untilWhole(key);
    const entry = await this.#entries.read(key);
    if (entry === undefined) {
      return { status: 'missing' };
    }
    if (!isRecord(entry)) {
      return { status: 'gone', because: entry.endReason };
    }
    return { status: 'found', record: recordOf(entry), version: entry.version };
  }

  create({ id, record }: { id: string; record: SessionRecord }): Promise<SessionVersion | false> {
    return this.#inTurn(id, async (key) => {
      if (await this.#entries.read(key)) {
        return false;
      }
      const entry = entryOf(record);
      await this.#entries.write(key, entry);
      return entry.version;
    });
  }

  update({ id, record, guard }: UpdateArgs): Promise<SessionVersion | false> {
    return this.#inTurn(id, async (key) => {
      const previous = await this.#entries.guarded(key, guard);
      if (previous === undefined) {
        return false;
      }
      const entry = entryOf(record, previous);
      await this.#entries.write(key, entry);
      if (guard.lock?.release) {
        this.#shared.locks.delete(key);
      }
      return entry.version;
    });
  }

  touch({ id, expiresAt }: { id: string; expiresAt: number }): Promise<boolean> {
    return this.#inTurn(id, (key) => this.#prolong(key, expiresAt));
  }

  delete({ id, tombstoneUntil }: { id: string; tombstoneUntil: number }): Promise<boolean> {
    return this.#inTurn(id, async (key) => {
      if (!(await this.#entries.record(key))) {
        return false;
      }
      await this.#entries.write(key, tombstoneOf('destroyed', tombstoneUntil));
      this.#shared.locks.delete(key);
      return true;
    });
  }

  /**
   * The new record is written first: whoever fails before the old one is buried leaves that as it was, and another whose id
   * nobody was told.
   */
  rotate({ from, to, record, guard, tombstoneUntil }: RotateArgs): Promise<SessionVersion | false> {
    const { mutex, locks } = this.#shared;
    const [oldKey, newKey] = [this.#keyOf(from), this.#keyOf(to)];
    return mutex.runOnBoth(oldKey, newKey, async () => {
      const previous = await this.#entries.guarded(oldKey, guard);
      if (previous === undefined || (await this.#entries.read(newKey))) {
        return false;
      }
      const entry = entryOf(record, previous);
      await this.#entries.write(newKey, entry);
      await this.#entries.write(oldKey, tombstoneOf('rotated', tombstoneUntil));
      const lock = locks.get(oldKey);
      locks.delete(oldKey);
      // Only the lock of the one who rotates goes along: another holder does not know the new id, and could not free it.
      if (lock && guard.lock?.release === false) {
        locks.set(newKey, { ...lock, cached: this.#entries.asCached(entry) }, this.#monotonic());
      }
      return entry.version;
    });
  }

  tryLock({ id, token, lease, holder }: TryLockArgs): Promise<Acquired | Held | Missing | Gone> {
    return this.#inTurn(id, async (key): Promise<Acquired | Held | Missing | Gone> => {
      const { locks } = this.#shared;
      const current = locks.get(key);
      if (current && current.token !== token && this.#monotonic() < current.leaseEndsAt && this.#isLive(current)) {
        return { status: 'held', holder: current.holder };
      }
      const entry = await this.#entries.read(key);
      if (!isRecord(entry)) {
        locks.delete(key);
        return entry === undefined ? { status: 'missing' } : { status: 'gone', because: entry.endReason };
      }
      const now = this.#monotonic();
      locks.set(key, { token, holder, leaseEndsAt: now + lease, cached: this.#entries.asCached(entry) }, now);
      return { status: 'acquired', record: recordOf(entry), version: entry.version };
    });
  }

  renewLock({ id, token, lease }: { id: string; token: string; lease: number }): Promise<boolean> {
    return this.#inTurn(id, async (key) => {
      const lock = this.#lockOf(key, token);
      if (lock) {
        lock.leaseEndsAt = this.#monotonic() + lease;
      }
      return lock !== undefined;
    });
  }

  unlock({ id, token, expiresAt }: { id: string; token: string; expiresAt?: number }): Promise<boolean> {
    return this.#inTurn(id, async (key) => {
      if (!this.#lockOf(key, token)) {
        return false;
      }
      const isThere = expiresAt === undefined || (await this.#prolong(key, expiresAt));
      this.#shared.locks.delete(key);
      return isThere;
    });
  }

  /** The lock, when it is this token's and its session has not expired. */
  #lockOf(key: string, token: string): Lock | undefined {
    const lock = this.#shared.locks.of(key, token);
    return lock && this.#isLive(lock) ? lock : undefined;
  }

  #isLive({ cached }: Lock): boolean {
    return cached === undefined || this.#entries.isLive(cached.entry);
  }

  async #prolong(key: string, expiresAt: number): Promise<boolean> {
    const entry = await this.#entries.record(key);
    if (entry === undefined) {
      return false;
    }
    if (expiresAt > entry.expiresAt) {
      await this.#entries.write(key, { ...entry, expiresAt });
    }
    return true;
  }

  #inTurn<T>(id: string, work: (key: string) => Promise<T>): Promise<T> {
    const key = this.#keyOf(id);
    return this.#shared.mutex.run(key, () => work(key));
  }

  #keyOf(id: string): string {
    return this.#prefix + id;
  }
}
