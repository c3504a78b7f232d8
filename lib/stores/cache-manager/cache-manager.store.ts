import type { StartableStore, StoreContext } from '../../interfaces/store-abilities.interface.js';
import { SessionStore } from '../session-store.js';
import {
  absenceOf,
  entryOf,
  foundOrAbsent,
  isHeldByAnother,
  isLive,
  movesLock,
  recordOf,
  successorOf,
  tombstoneOf,
} from '../shared/entry.js';
import { keptHolder } from '../shared/holder.js';
import { StoreLog } from '../shared/store-log.js';
import { proveLife, proveServer } from '../shared/prove-life.js';
import type { Answer, Args } from '../shared/store-methods.js';
import { checkOptions, text } from '../shared/store-options.js';
import { CachedEntries } from './cached-entries.js';
import type { ProcessLock } from './locks.js';
import { keyvOf, type SessionCache, type SessionKeyv } from './session-cache.js';
import { type SharedState, sharedStateOf } from './shared-state.js';
import { startWarnings } from './start-warnings.js';

/** What a `CacheManagerStore` is made with. A wrong one is a `SessionsConfigError`. */
export interface CacheManagerStoreOptions {
  /** What `CACHE_MANAGER` of `@nestjs/cache-manager` injects, or `createCache()` of cache-manager returns, with one store. */
  cache: SessionCache;
  /** The beginning of each key. Default `'sessions:'`. */
  prefix?: string;
}

/**
 * Sessions in the cache that a Nest application already has, whatever its backend is.
 *
 * A cache can only read and write: it has no lock and no conditional write. So **locks and guards hold within this process**. If
 * there are several processes, send each visitor to one of them, or take another store.
 *
 * The store uses the cache's Keyv, because the cache itself answers "missing" when its backend is down. The application keeps
 * the cache, and closes it.
 */
export class CacheManagerStore extends SessionStore implements StartableStore {
  readonly #keyv: SessionKeyv;
  readonly #shared: SharedState;
  readonly #entries: CachedEntries;
  readonly #prefix: string;
  readonly #log = new StoreLog('CacheManagerStore');
  #now: () => number = Date.now;
  #monotonic: () => number = () => performance.now();

  /** @throws SessionsConfigError when an option is wrong, or the cache cannot keep sessions. */
  constructor(options: CacheManagerStoreOptions) {
    super();
    checkOptions('CacheManagerStore', options, { cache: 'createCache()', prefix: "'sessions:'" });
    this.#keyv = keyvOf(options.cache);
    this.#shared = sharedStateOf(this.#keyv);
    this.#prefix = text('CacheManagerStore: prefix', options.prefix, 'sessions:');
    const { keyv, locks } = this.#shared;
    const clock = { now: () => this.#now(), monotonic: () => this.#monotonic() };
    this.#entries = new CachedEntries(keyv, locks, clock, this.#log);
  }

  /** @throws SessionsConfigError when the cache answers, and sessions cannot live there. */
  async start(context: StoreContext): Promise<void> {
    const { clock, logger } = context;
    this.#now = () => clock.now();
    this.#monotonic = () => clock.monotonic();
    this.#log.start(context);
    for (const warning of startWarnings(this.#keyv.store)) {
      logger.warn(`CacheManagerStore: ${warning}`);
    }
    // In the memory of this process nothing can go wrong, and nothing would be forgotten.
    if (!(this.#keyv.store instanceof Map)) {
      await proveServer(proveLife(this, clock.now()), 'CacheManagerStore', this.#log);
    }
  }

  async load({ id }: Args<'load'>): Promise<Answer<'load'>> {
    const key = this.#keyOf(id);
    await this.#shared.mutex.untilWhole(key);
    return foundOrAbsent(await this.#entries.read(key));
  }

  create({ id, record }: Args<'create'>): Promise<Answer<'create'>> {
    return this.#inMutex(id, async (key) => {
      if (await this.#entries.read(key)) {
        return false;
      }
      const entry = entryOf(record);
      await this.#entries.write(key, entry);
      // The lock of a session that expired under this id must not hold the new one.
      this.#shared.locks.delete(key);
      return entry.version;
    });
  }

  update({ id, record, guard }: Args<'update'>): Promise<Answer<'update'>> {
    return this.#inMutex(id, async (key) => {
      const previous = await this.#entries.guarded(key, guard);
      if (previous === undefined) {
        return false;
      }
      const entry = successorOf(previous, record);
      await this.#entries.replace(key, previous, entry);
      if (guard.lock?.release) {
        this.#shared.locks.delete(key);
      }
      return entry.version;
    });
  }

  touch({ id, expiresAt }: Args<'touch'>): Promise<boolean> {
    return this.#inMutex(id, (key) => this.#prolong(key, expiresAt));
  }

  delete({ id, tombstoneUntil }: Args<'delete'>): Promise<boolean> {
    return this.#inMutex(id, async (key) => {
      if (!(await this.#entries.readLive(key))) {
        return false;
      }
      await this.#entries.write(key, tombstoneOf('destroyed', tombstoneUntil));
      this.#shared.locks.delete(key);
      return true;
    });
  }

  /**
   * The new record is written first. If the tombstone cannot be written afterwards, the old session is as it was, and nobody was
   * told the id of the new one.
   */
  rotate({ from, to, record, guard, tombstoneUntil }: Args<'rotate'>): Promise<Answer<'rotate'>> {
    const { mutex, locks } = this.#shared;
    const [oldKey, newKey] = [this.#keyOf(from), this.#keyOf(to)];
    return mutex.runOnBoth(oldKey, newKey, async () => {
      const previous = await this.#entries.guarded(oldKey, guard);
      if (previous === undefined || (await this.#entries.read(newKey))) {
        return false;
      }
      const entry = successorOf(previous, record);
      await this.#entries.write(newKey, entry);
      await this.#entries.write(oldKey, tombstoneOf('rotated', tombstoneUntil));
      const lock = locks.get(oldKey);
      locks.delete(oldKey);
      if (lock && movesLock(guard)) {
        locks.set(newKey, { ...lock, cached: this.#entries.asCached(entry) }, this.#monotonic());
      }
      return entry.version;
    });
  }

  tryLock({ id, token, lease, holder }: Args<'tryLock'>): Promise<Answer<'tryLock'>> {
    return this.#inMutex<Answer<'tryLock'>>(id, async (key) => {
      const { locks } = this.#shared;
      const current = locks.get(key);
      if (isHeldByAnother(current, token, this.#monotonic()) && this.#isInTime(current)) {
        return { status: 'held', holder: current.holder };
      }
      const entry = await this.#entries.read(key);
      if (!isLive(entry)) {
        locks.delete(key);
        return absenceOf(entry?.endReason);
      }
      const now = this.#monotonic();
      locks.set(
        key,
        { token, holder: keptHolder(holder), leaseEndsAt: now + lease, cached: this.#entries.asCached(entry) },
        now,
      );
      return { status: 'acquired', record: recordOf(entry), version: entry.version };
    });
  }

  renewLock({ id, token, lease }: Args<'renewLock'>): Promise<boolean> {
    return this.#inMutex(id, async (key) => {
      const lock = this.#lockOf(key, token);
      if (lock) {
        lock.leaseEndsAt = this.#monotonic() + lease;
      }
      return lock !== undefined;
    });
  }

  unlock({ id, token, expiresAt }: Args<'unlock'>): Promise<boolean> {
    return this.#inMutex(id, async (key) => {
      if (!this.#lockOf(key, token)) {
        return false;
      }
      const isThere = expiresAt === undefined || (await this.#prolong(key, expiresAt));
      this.#shared.locks.delete(key);
      return isThere;
    });
  }

  /** The lock, if `token` holds it and its session has not expired. */
  #lockOf(key: string, token: string): ProcessLock | undefined {
    const lock = this.#shared.locks.of(key, token);
    return lock && this.#isInTime(lock) ? lock : undefined;
  }

  /** Whether the session of a lock has not expired, as far as this process knows. */
  #isInTime({ cached }: ProcessLock): boolean {
    return cached === undefined || this.#entries.isInTime(cached.entry);
  }

  async #prolong(key: string, expiresAt: number): Promise<boolean> {
    const entry = await this.#entries.readLive(key);
    if (entry === undefined) {
      return false;
    }
    if (expiresAt > entry.expiresAt) {
      await this.#entries.write(key, { ...entry, expiresAt });
    }
    return true;
  }

  #inMutex<T>(id: string, work: (key: string) => Promise<T>): Promise<T> {
    const key = this.#keyOf(id);
    return this.#shared.mutex.run(key, () => work(key));
  }

  #keyOf(id: string): string {
    return this.#prefix + id;
  }
}
