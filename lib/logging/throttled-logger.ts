import type { Clock } from '../interfaces/clock.interface.js';

const INTERVAL = 60_000;

/** Writes the first message of a kind at once, and the next one a minute later at the earliest: a fault does not flood the log. */
export class ThrottledLogger {
  readonly #clock: Clock;
  readonly #write: (message: string) => void;
  readonly #last = new Map<string, { since: number; held: number }>();

  constructor(clock: Clock, write: (message: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** `kind` names the fault, and must come from a small closed set. */
  log(kind: string, message: string): void {
    const now = this.#clock.monotonic();
    const last = this.#last.get(kind);
    if (last !== undefined && now - last.since < INTERVAL) {
      last.held += 1;
      return;
    }
    const repeated = last?.held ? ` (${last.held} more like it in the last minutes)` : '';
    this.#last.set(kind, { since: now, held: 0 });
    this.#write(message + repeated);
  }
}
