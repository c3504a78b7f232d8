import type { Entry, Lock } from '../shared/entry.js';

/** A lock of this process. Its lease ends by the monotonic clock. */
export interface ProcessLock extends Lock {
  leaseEndsAt: number;
  /** The session as this process last read or wrote it; `undefined` after a write that failed. */
  cached: CachedEntry | undefined;
}

export interface CachedEntry {
  readonly entry: Entry;
  /** On the monotonic clock. */
  readonly since: number;
}

/** A lease that has ended is still its holder's until another token takes the lock, but at most for so many milliseconds. */
const FORGOTTEN_AFTER = 600_000;

/** The locks of this process: a cache has no operation that would make them hold in others. */
export class Locks {
  readonly #byKey = new Map<string, ProcessLock>();

  get(key: string): ProcessLock | undefined {
    return this.#byKey.get(key);
  }

  /** The lock, if `token` holds it. */
  of(key: string, token: string): ProcessLock | undefined {
    const lock = this.#byKey.get(key);
    return lock?.token === token ? lock : undefined;
  }

  set(key: string, lock: ProcessLock, now: number): void {
    this.#forgetOldest(now);
    this.#byKey.delete(key);
    this.#byKey.set(key, lock);
  }

  delete(key: string): void {
    this.#byKey.delete(key);
  }

  /** Holders that never unlock must not fill the memory. */
  #forgetOldest(now: number): void {
    for (const [key, { leaseEndsAt }] of this.#byKey) {
      if (now - leaseEndsAt < FORGOTTEN_AFTER) {
        return;
      }
      this.#byKey.delete(key);
    }
  }
}
