import { isRunning } from '../shared/entry.js';
import type { Snapshot } from './snapshot.js';

/**
 * The cas ids of the entries that this process wrote under a lock. With it the holder's next write needs no round trip to read
 * first. It is only a hint: a write that is refused because the cas id is old reads the entry and decides again.
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

  /** Returns the hint and forgets it: after the write that it is for, the cas id is another one. */
  take(token: string, id: string): Snapshot | undefined {
    const snapshot = this.#byToken.get(token);
    this.#byToken.delete(token);
    return snapshot?.id === id ? snapshot : undefined;
  }

  /** Forgets the hints of holders that never wrote again, so that they do not fill the memory. The oldest come first. */
  #dropEnded(): void {
    for (const [token, { entry }] of this.#byToken) {
      if (isRunning(entry.lock, this.#now())) {
        return;
      }
      this.#byToken.delete(token);
    }
  }
}
