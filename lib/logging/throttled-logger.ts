import type { Clock } from '../interfaces/clock.interface.js';

const INTERVAL = 60_000;

/** Writes the first message of a kind at once and holds the next ones back for a minute: a fault must not flood the log. */
export class ThrottledLogger {
  readonly #last = new Map<string, { since: number; held: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly write: (message: string) => void,
  ) {}

  /** `kind` names the fault, and must come from a small closed set. */
  log(kind: string, message: string): void {
    const now = this.clock.monotonic();
    const last = this.#last.get(kind);
    if (last !== undefined && now - last.since < INTERVAL) {
      last.held += 1;
      return;
    }
    const repeated = last?.held ? ` (${last.held} more like it in the last minutes)` : '';
    this.#last.set(kind, { since: now, held: 0 });
    this.write(message + repeated);
  }
}
