import type { Clock } from '../interfaces/clock.interface.js';

const SPELL = 60_000;

/** Writes the first message of a kind at once and holds the next ones back for a minute: a fault must not flood the log. */
export class ThrottledLogger {
  readonly #spells = new Map<string, { since: number; held: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly write: (message: string) => void,
  ) {}

  /** `kind` names the fault, and must come from a small closed set. */
  log(kind: string, message: string): void {
    const now = this.clock.monotonic();
    const spell = this.#spells.get(kind);
    if (spell !== undefined && now - spell.since < SPELL) {
      spell.held += 1;
      return;
    }
    const repeated = spell?.held ? ` (${spell.held} more like it in the last minutes)` : '';
    this.#spells.set(kind, { since: now, held: 0 });
    this.write(message + repeated);
  }
}
