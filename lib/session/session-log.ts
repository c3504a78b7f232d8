import type { Clock } from '../interfaces/clock.interface.js';
import type { SessionsLogger } from '../interfaces/sessions-logger.interface.js';
import { ThrottledLogger } from '../logging/throttled-logger.js';
import { shortHash } from './session-id.js';
import { reasonOf } from './store-access/reason-of.js';

/** What the engine tells the log. Ids appear as the first 8 characters of their hash, and never otherwise. */
export class SessionLog {
  readonly warnings: ThrottledLogger;
  readonly #errors: ThrottledLogger;
  #corruptRecords = 0;

  constructor(
    private readonly logger: SessionsLogger,
    clock: Clock,
    private readonly isDebug: boolean,
  ) {
    this.warnings = new ThrottledLogger(clock, (message) => logger.warn(message));
    this.#errors = new ThrottledLogger(clock, (message) => logger.error(message));
  }

  /** With `debug: true`. */
  step(what: string, key: string, outcome = ''): void {
    if (this.isDebug) {
      this.logger.debug(`${shortHash(key)} ${what}${outcome === '' ? '' : `: ${outcome}`}`);
    }
  }

  /** A request changed its session when that could no longer be stored. `what` is from a small closed set. */
  dropped(route: string, what: string): void {
    this.warnings.log(what, `${route} ${what}.`);
  }

  corrupt(key: string): void {
    this.#corruptRecords += 1;
    this.#errors.log(
      'corrupt record',
      `The record of session ${shortHash(key)} cannot be decoded: it is left alone and its visitor starts anew (${this.#corruptRecords} so far)`,
    );
  }

  /** Something that needs a cookie did not happen. */
  withoutCookie(what: string, obstacle: string): void {
    this.warnings.log(obstacle, `${what}, since ${obstacle}.`);
  }

  /** `what` must come from a small closed set: of each kind one line is written in a minute. */
  failed(what: string, error: unknown, route?: string): void {
    const where = route === undefined ? '' : `${route}: `;
    this.#errors.log(what, `${where}${what}: ${reasonOf(error)}`);
  }
}
