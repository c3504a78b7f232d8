import type { Clock } from '../interfaces/clock.interface.js';

const INTERVAL = 60_000;

/** Writes at most one line a minute for each kind of message, and counts the others: a fault must not flood the log. */
export class ThrottledLogger {
  readonly #lines = new Map<string, { writtenAt: number; heldBack: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly write: (message: string) => void,
  ) {}

  /** `kind` names the fault, and must come from a small closed set. */
  log(kind: string, message: string): void {
    const now = this.clock.monotonic();
    const last = this.#lines.get(kind);
    if (last !== undefined && now - last.writtenAt < INTERVAL) {
      last.heldBack += 1;
      return;
    }
    this.#lines.set(kind, { writtenAt: now, heldBack: 0 });
    this.write(last?.heldBack ? `${message} (${last.heldBack} more like it since the last line)` : message);
  }
}
