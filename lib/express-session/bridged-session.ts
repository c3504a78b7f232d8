import type { CompatibleSession } from '../http/compatibility.js';
import type { HttpSession } from '../http/http-session.js';
import { rejected } from '../session/work/rejected.js';
import { FacadeData } from './facade-data.js';
import { facadeOf, type Facade } from './facade.js';
import { RESERVED } from './members.js';

/** The session of one request, in express-session's manner: what its facade shows, and what its methods do. */
export class BridgedSession implements CompatibleSession {
  #data: FacadeData;
  #facade: Facade;
  #isFailureTold = false;

  constructor(readonly http: HttpSession) {
    // Who sends no cookie has nothing that would have to be read: the session is there at once.
    void http.session.load();
    this.#data = new FacadeData(http);
    this.#facade = facadeOf(this, this.#data);
    this.#warnOfReservedKeys();
  }

  /**
   * Who first touches a session that could not be loaded is told so. Later touches find it over: the filter that shows the error
   * may look at the session, and must not fail.
   */
  get current(): Facade {
    const { failure } = this.http.unit;
    if (failure !== undefined && !this.http.unit.active.isLoaded && !this.#isFailureTold) {
      this.#isFailureTold = true;
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what the load has rejected with
      throw failure;
    }
    return this.#facade;
  }

  save(): Promise<void> {
    return this.http.session.save();
  }

  /** As in express-session the new session is empty. passport copies from the old object what it wants to keep. */
  regenerate(): Promise<void> {
    return this.#renewing(() => this.http.session.regenerate({ keepData: false }));
  }

  reload(): Promise<void> {
    return this.#renewing(() => this.http.unit.steps.reload());
  }

  destroy(): Promise<void> {
    return this.http.session.destroy();
  }

  /** What a callback throws is answered by the filters of the application, as what a handler throws. */
  readonly fail = (error: unknown): void => {
    const { http } = this;
    const args = http.platform.filterArguments(http.request);
    const answered = args === undefined ? rejected(error) : http.sessions.settings.filters.handle(error, args);
    answered.catch((failure: unknown) => http.report('A callback of the session failed', failure));
  };

  #warnOfReservedKeys(): void {
    const { sessions, unit } = this.http;
    const hidden = unit.active.data.keys().filter((key) => RESERVED.has(key));
    if (hidden.length > 0) {
      sessions.settings.engine.log.warnings.log(
        'reserved keys',
        `Sessions hold data under ${hidden.join(', ')}, which are no keys for data in express-session: they are seen by req.session[SESSION].get() alone`,
      );
    }
  }

  /** A step like any other: the commit comes after it, and nobody has to wait for it. */
  #renewing(step: () => Promise<void>): Promise<void> {
    return this.http.unit.pendingSteps.add(this.#renew(step));
  }

  /** What was handed out before keeps the data that it had. */
  async #renew(step: () => Promise<void>): Promise<void> {
    const before = { ...this.#data.all() };
    await step();
    this.#data.retire(before);
    this.#data = new FacadeData(this.http);
    this.#facade = facadeOf(this, this.#data);
  }
}
