import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import type { StoreContext } from '../../interfaces/store-abilities.interface.js';

const SPELL = 60_000;

/** Writes the first message of a kind and is silent about the next ones for a minute: an outage must not flood the log. */
export class PostgresStoreLog {
  readonly #writtenAt = new Map<string, number>();
  #context: StoreContext | undefined;

  /** Before this there is nowhere to write. */
  start(context: StoreContext): void {
    this.#context = context;
  }

  warn(kind: string, message: string): void {
    this.#write(kind, (logger) => logger.warn(`PostgresStore: ${message}`));
  }

  error(kind: string, message: string): void {
    this.#write(kind, (logger) => logger.error(`PostgresStore: ${message}`));
  }

  #write(kind: string, write: (logger: SessionsLogger) => void): void {
    if (this.#context === undefined) {
      return;
    }
    const { clock, logger } = this.#context;
    const now = clock.monotonic();
    const last = this.#writtenAt.get(kind);
    if (last !== undefined && now - last < SPELL) {
      return;
    }
    this.#writtenAt.set(kind, now);
    write(logger);
  }
}
