import type { EndReason, LockHolder, SessionRecord } from '../../interfaces/session-record.interface.js';

/** A session, or the tombstone of one: then `expiresAt` is when the tombstone disappears. */
export interface Entry {
  readonly id: string;
  data: string;
  createdAt: number;
  expiresAt: number;
  version: number;
  /** Why this is a tombstone; `undefined` while the session lives. */
  endReason: EndReason | undefined;
  lock: Lock | undefined;
  /** Its neighbours in the order of last use; the order's own. */
  older: Entry | undefined;
  newer: Entry | undefined;
}

export interface Lock {
  readonly token: string;
  readonly holder: LockHolder;
  /** On the monotonic clock. */
  leaseEndsAt: number;
}

/**
 * Entries by id, and in the order of their last use: both in constant time, however many there are. (Taking the first key
 * of a `Map` to find the oldest is not constant: it steps over every key deleted before it.)
 */
export class LruEntries {
  readonly #byId = new Map<string, Entry>();
  #oldest: Entry | undefined;
  #newest: Entry | undefined;

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  values(): IterableIterator<Entry> {
    return this.#byId.values();
  }

  /** From the one used longest ago; the entry in hand may be removed. */
  *oldestFirst(): Generator<Entry, void, void> {
    let entry = this.#oldest;
    while (entry) {
      const { newer } = entry;
      yield entry;
      entry = newer;
    }
  }

  add(content: Omit<Entry, 'older' | 'newer'>): Entry {
    const entry: Entry = { ...content, older: undefined, newer: undefined };
    this.#byId.set(entry.id, entry);
    this.#append(entry);
    return entry;
  }

  remove(entry: Entry): void {
    this.#byId.delete(entry.id);
    this.#unlink(entry);
  }

  noteUse(entry: Entry): void {
    if (entry === this.#newest) {
      return;
    }
    this.#unlink(entry);
    this.#append(entry);
  }

  #append(entry: Entry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) {
      this.#newest.newer = entry;
    } else {
      this.#oldest = entry;
    }
    this.#newest = entry;
  }

  #unlink({ older, newer }: Entry): void {
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

export function recordOf({ data, createdAt, expiresAt }: Entry): SessionRecord {
  return { data, createdAt, expiresAt };
}

/** Turns a session into its tombstone: no data, no lock. */
export function bury(entry: Entry, because: EndReason, tombstoneUntil: number): void {
  entry.data = '';
  entry.expiresAt = tombstoneUntil;
  entry.endReason = because;
  entry.lock = undefined;
}
