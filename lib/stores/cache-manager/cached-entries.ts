import type { Clock } from '../../interfaces/clock.interface.js';
import type { SessionVersion, WriteGuard } from '../../interfaces/session-record.interface.js';
import { decode, encode, type Entry, isRecord } from './entry.js';
import type { CachedEntry, Locks } from './locks.js';
import type { KeyvAdapter } from './keyv-adapter.js';

/** Milliseconds that the cache keeps an entry beyond its life. The instant in the entry decides; some caches count in seconds. */
const MARGIN = 2_000;

/**
 * Milliseconds for which the holder of a lock writes without reading again. So a request that takes longer notices that
 * another process has destroyed the session, and does not revive it.
 */
const CACHE_FOR = 1_000;

/** Entries under their keys, and those that the holder of a lock read a moment ago. A caller that writes holds the key's mutex. */
export class CachedEntries {
  readonly #keyv: KeyvAdapter;
  readonly #locks: Locks;
  readonly #clock: Pick<Clock, 'now' | 'monotonic'>;

  constructor(keyv: KeyvAdapter, locks: Locks, clock: Pick<Clock, 'now' | 'monotonic'>) {
    this.#keyv = keyv;
    this.#locks = locks;
    this.#clock = clock;
  }

  async read(key: string): Promise<Entry | undefined> {
    const entry = decode(await this.#keyv.get(key));
    return entry !== undefined && this.isLive(entry) ? entry : undefined;
  }

  async write(key: string, entry: Entry): Promise<void> {
    const lock = this.#locks.get(key);
    // If the write fails, nobody knows what is there.
    if (lock) {
      lock.cached = undefined;
    }
    await this.#keyv.set(key, encode(entry), Math.max(0, entry.expiresAt - this.#clock.now()) + MARGIN);
    if (lock) {
      lock.cached = this.asCached(entry);
    }
  }

  /** What may be replaced under this guard, if anything. */
  async guarded(key: string, { version, lock }: WriteGuard): Promise<Entry | undefined> {
    const held = lock && this.#locks.of(key, lock.token);
    if (lock && !held) {
      return undefined;
    }
    const entry = this.#fromCache(held?.cached, version) ?? (await this.record(key));
    return entry?.version === version ? entry : undefined;
  }

  /** The entry, when it is a record. Otherwise its lock is forgotten too: another process may have destroyed the session. */
  async record(key: string): Promise<Entry | undefined> {
    const entry = await this.read(key);
    if (isRecord(entry)) {
      return entry;
    }
    this.#locks.delete(key);
    return undefined;
  }

  asCached(entry: Entry): CachedEntry {
    return { entry, since: this.#clock.monotonic() };
  }

  isLive({ expiresAt }: Entry): boolean {
    return this.#clock.now() < expiresAt;
  }

  #fromCache(cached: CachedEntry | undefined, version: SessionVersion): Entry | undefined {
    if (cached?.entry.version !== version || !this.isLive(cached.entry)) {
      return undefined;
    }
    return this.#clock.monotonic() - cached.since < CACHE_FOR ? cached.entry : undefined;
  }
}
