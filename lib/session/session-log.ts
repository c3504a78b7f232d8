import type { Clock } from '../interfaces/clock.interface.js';
import type { SessionsLogger } from '../interfaces/sessions-logger.interface.js';
import { hashSessionId, shortHash } from './session-id.js';
import type { SessionState } from './session-state.js';
import { ThrottledLogger } from '../logging/throttled-logger.js';

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

  /** Somebody else has destroyed the session or changed its id. */
  dropped(state: SessionState): void {
    const key = state.stored?.key ?? hashSessionId(state.sent.candidates[0] ?? '');
    this.#lost(
      state,
      `Session ${shortHash(key)} was destroyed or got a new id while ${state.exchange.route} was running: the changes of that request were dropped`,
    );
  }

  tooLate(state: SessionState): void {
    this.#lost(
      state,
      `${state.exchange.route} went on after it had been answered with an error: what it saved then was dropped`,
    );
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
    this.#errors.log(what, `${where}${what}: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** One line for each request, however often it tries. */
  #lost(state: SessionState, message: string): void {
    if (state.isChanged && !state.isLossLogged) {
      state.isLossLogged = true;
      this.logger.warn(message);
    }
  }
}
