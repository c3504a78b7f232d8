import { SessionTooLargeError } from '../../errors/index.js';
import type { Clock } from '../../interfaces/clock.interface.js';
import type { SessionVersion, WriteGuard } from '../../interfaces/session-record.interface.js';
import { decodeStored, encode } from '../shared/entry-codec.js';
import { type Entry, isLive } from '../shared/entry.js';
import type { StoreLog } from '../shared/store-log.js';
import type { KeyvAdapter } from './keyv-adapter.js';
import type { CachedEntry, Locks } from './locks.js';
import { markedValue, textOfMarked } from './marked-value.js';

/** Milliseconds that the cache keeps an entry beyond its end, which the entry itself says: some caches count in seconds. */
const MARGIN = 2_000;

/**
 * Milliseconds for which the holder of a lock writes without reading again. A request that takes longer reads first: so it
 * notices that another process has destroyed the session, and does not revive it.
 */
const CACHE_FOR = 1_000;

/** Entries under their keys, and those that a lock holder read a moment ago. A caller that writes holds the key's mutex. */
export class CachedEntries {
  readonly #keyv: KeyvAdapter;
  readonly #locks: Locks;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly #log: StoreLog;

  constructor(keyv: KeyvAdapter, locks: Locks, clock: Pick<Clock, 'now' | 'monotonic'>, log: StoreLog) {
    this.#keyv = keyv;
    this.#locks = locks;
    this.#clock = clock;
    this.#log = log;
  }

  async read(key: string): Promise<Entry | undefined> {
    const entry = decodeStored(textOfMarked(key, await this.#keyv.get(key)), this.#log);
    return entry !== undefined && this.isInTime(entry) ? entry : undefined;
  }

  async write(key: string, entry: Entry): Promise<void> {
    const lock = this.#locks.get(key);
    // If the write fails, what the cache holds is unknown.
    if (lock) {
      lock.cached = undefined;
    }
    const lifetime = Math.max(0, entry.expiresAt - this.#clock.now()) + MARGIN;
    await this.#keyv.set(key, markedValue(key, encode(entry)), lifetime);
    if (lock) {
      lock.cached = this.asCached(entry);
    }
  }

  /** Writes in the place of another entry. A backend that finds it too large may have dropped the other one: memcached does. */
  async replace(key: string, previous: Entry, entry: Entry): Promise<void> {
    try {
      await this.write(key, entry);
    } catch (error) {
      if (error instanceof SessionTooLargeError) {
        await this.write(key, previous);
      }
      throw error;
    }
  }

  /** The entry that may be replaced under this guard, if any. */
  async guarded(key: string, { version, lock }: WriteGuard): Promise<Entry | undefined> {
    const held = lock && this.#locks.of(key, lock.token);
    if (lock && !held) {
      return undefined;
    }
    const entry = this.#fromCache(held?.cached, version) ?? (await this.readLive(key));
    return entry?.version === version ? entry : undefined;
  }

  /** The entry, if it is no tombstone. Otherwise its lock is forgotten too: another process may have destroyed the session. */
  async readLive(key: string): Promise<Entry | undefined> {
    const entry = await this.read(key);
    if (isLive(entry)) {
      return entry;
    }
    this.#locks.delete(key);
    return undefined;
  }

  asCached(entry: Entry): CachedEntry {
    return { entry, since: this.#clock.monotonic() };
  }

  isInTime({ expiresAt }: Entry): boolean {
    return this.#clock.now() < expiresAt;
  }

  #fromCache(cached: CachedEntry | undefined, version: SessionVersion): Entry | undefined {
    if (cached?.entry.version !== version || !this.isInTime(cached.entry)) {
      return undefined;
    }
    return this.#clock.monotonic() - cached.since < CACHE_FOR ? cached.entry : undefined;
  }
}
