import type { StoreContext } from '../../interfaces/store-abilities.interface.js';
import { ThrottledLogger } from '../../logging/throttled-logger.js';

/** What a store tells the operator, beginning with its own name. An outage does not flood the log: see `ThrottledLogger`. */
export class StoreLog {
  readonly #store: string;
  #warnings: ThrottledLogger | undefined;
  #errors: ThrottledLogger | undefined;

  constructor(store: string) {
    this.#store = store;
  }

  /** Before the application has started there is nowhere to write. */
  start({ clock, logger }: StoreContext): void {
    this.#warnings = new ThrottledLogger(clock, (message) => logger.warn(message));
    this.#errors = new ThrottledLogger(clock, (message) => logger.error(message));
  }

  warn(kind: string, message: string): void {
    this.#warnings?.log(kind, `${this.#store}: ${message}`);
  }

  error(kind: string, message: string): void {
    this.#errors?.log(kind, `${this.#store}: ${message}`);
  }
}
