import type { Snapshot } from './entry.js';

/**
 * What was read back when a lock was granted: the holder's next write needs the cas id, and so no trip of its own to ask for
 * it. Only a hint: a write that finds it outdated reads and judges again.
 */
export class CasHints {
  readonly #byToken = new Map<string, Snapshot>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  remember(token: string, snapshot: Snapshot): void {
    this.#dropEnded();
    this.#byToken.set(token, snapshot);
  }

  /** Gives the hint away: the write that it is for outdates it. */
  take(token: string, id: string): Snapshot | undefined {
    const snapshot = this.#byToken.get(token);
    this.#byToken.delete(token);
    return snapshot?.id === id ? snapshot : undefined;
  }

  /** Holders that never came back: the oldest are first. */
  #dropEnded(): void {
    for (const [token, { entry }] of this.#byToken) {
      if (entry.lock !== undefined && this.#now() < entry.lock.leaseEndsAt) {
        return;
      }
      this.#byToken.delete(token);
    }
  }
}
