import type { LockHolder } from '../../interfaces/session-record.interface.js';
import type { Entry } from './entry.js';

export interface Lock {
  readonly token: string;
  readonly holder: LockHolder;
  /** On the monotonic clock. */
  leaseEndsAt: number;
  /** The session as this process last read or wrote it; `undefined` after a write that failed. */
  cached: CachedEntry | undefined;
}

export interface CachedEntry {
  readonly entry: Entry;
  /** On the monotonic clock. */
  readonly since: number;
}

/** A lease that has run out is its holder's until somebody else wants the lock, but not for longer than this. */
const FORGOTTEN_AFTER = 600_000;

/** The locks of this process: a cache has no operation that would make them hold for others. */
export class Locks {
  readonly #byKey = new Map<string, Lock>();

  get(key: string): Lock | undefined {
    return this.#byKey.get(key);
  }

  /** The lock, when it is this token's. */
  of(key: string, token: string): Lock | undefined {
    const lock = this.#byKey.get(key);
    return lock?.token === token ? lock : undefined;
  }

  set(key: string, lock: Lock, now: number): void {
    this.#forgetOldest(now);
    this.#byKey.delete(key);
    this.#byKey.set(key, lock);
  }

  delete(key: string): void {
    this.#byKey.delete(key);
  }

  /** Holders that never came back must not fill the memory. */
  #forgetOldest(now: number): void {
    for (const [key, { leaseEndsAt }] of this.#byKey) {
      if (now - leaseEndsAt < FORGOTTEN_AFTER) {
        return;
      }
      this.#byKey.delete(key);
    }
  }
}
