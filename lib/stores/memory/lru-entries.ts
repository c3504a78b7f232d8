import type { EndReason, SessionVersion } from '../../interfaces/session-record.interface.js';
import type { Entry, Lock } from '../shared/entry.js';

/** An entry that is changed in place, and its neighbours in the order of last use, which only `LruEntries` changes. */
export interface LruEntry extends Entry {
  readonly id: string;
  data: string;
  createdAt: number;
  expiresAt: number;
  version: SessionVersion;
  endReason: EndReason | undefined;
  lock: Lock | undefined;
  older: LruEntry | undefined;
  newer: LruEntry | undefined;
}

/**
 * Entries by id, and in the order of their last use: both in constant time, however many there are. (To take the first key of a
 * `Map` is not: that steps over every key deleted before it.)
 */
export class LruEntries {
  readonly #byId = new Map<string, LruEntry>();
  #oldest: LruEntry | undefined;
  #newest: LruEntry | undefined;

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): LruEntry | undefined {
    return this.#byId.get(id);
  }

  values(): IterableIterator<LruEntry> {
    return this.#byId.values();
  }

  /** Begins with the entry used longest ago. The caller may remove the entry that it was given last. */
  *oldestFirst(): Generator<LruEntry, void, void> {
    let entry = this.#oldest;
    while (entry) {
      const { newer } = entry;
      yield entry;
      entry = newer;
    }
  }

  add(content: Omit<LruEntry, 'older' | 'newer'>): LruEntry {
    const entry: LruEntry = { ...content, older: undefined, newer: undefined };
    this.#byId.set(entry.id, entry);
    this.#append(entry);
    return entry;
  }

  remove(entry: LruEntry): void {
    this.#byId.delete(entry.id);
    this.#unlink(entry);
  }

  noteUse(entry: LruEntry): void {
    if (entry === this.#newest) {
      return;
    }
    this.#unlink(entry);
    this.#append(entry);
  }

  #append(entry: LruEntry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) {
      this.#newest.newer = entry;
    } else {
      this.#oldest = entry;
    }
    this.#newest = entry;
  }

  #unlink({ older, newer }: LruEntry): void {
    if (older) {
      older.newer = newer;
    } else {
      this.#oldest = newer;
    }
    if (newer) {
      newer.older = older;
    } else {
      this.#newest = older;
    }
  }
}

/** Makes a session a tombstone, without data and without a lock. */
export function bury(entry: LruEntry, because: EndReason, tombstoneUntil: number): void {
  entry.data = '';
  entry.expiresAt = tombstoneUntil;
  entry.endReason = because;
  entry.lock = undefined;
}
