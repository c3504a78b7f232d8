import type { ServerResponse } from 'node:http';
import { SessionLockTimeoutError } from '../errors/index.js';
import { locksByItself, withoutOwnLock, type LockSettings } from '../session/lock/lock-settings.js';
import type { SessionOwner } from '../session/object/session-owner.js';
import { SessionObject, type AnySession } from '../session/object/session.js';
import { RESPONSE_STARTED, type SessionTransport } from '../session/session-transport.js';
import type { UnitOfWork } from '../session/work/unit-of-work.js';
import type { CompatibleSession } from './compatibility.js';
import type { HttpPlatform } from './http-platform.js';
import { routeOf, type HttpRequest } from './http-request.js';
import type { HttpSessions } from './http-sessions.js';
import type { GraphqlOutcome } from './reply/commit-on-error.js';
import { Reply } from './reply/reply.js';
import { SEALED } from './reply/sealed-response.js';
import { isCookieAccepted } from './reply/session-headers.js';

/** Why no cookie can be sent. */
const NO_RESPONSE = 'there is no response, or no longer one, that could carry its cookie';
const TOO_LATE_TO_LOCK =
  'The response was over before its session was loaded, so nothing would unlock it: load it before, or open the session with ' +
  'Sessions.open() in work that outlives its request';

const PASSED_BY =
  'the headers of the response were sent past the session, so its cookie may be missing and its changes may be lost: something has ' +
  'replaced writeHead() or end() of the response by those that it had kept from before the application was created';

/** The session in one HTTP exchange: which request it is of, what its reply can still carry, and who works on it. */
export class HttpSession implements SessionTransport, SessionOwner {
  readonly platform: HttpPlatform;
  readonly response: ServerResponse | undefined;
  readonly reply: Reply;
  readonly unit: UnitOfWork;
  /** What the application sees. */
  readonly session: AnySession;
  /** Where the status does not say how the request went. */
  graphqlOutcome: GraphqlOutcome | undefined;
  /**
   * Somebody has looked at what the client sent, for `originalId` alone too, or wants to send a cookie: the answer varies by it.
   * Changed here alone.
   */
  isTouched = false;
  #isPreloaded = false;
  #compatible: CompatibleSession | undefined;

  constructor(
    readonly sessions: HttpSessions,
    readonly request: HttpRequest,
  ) {
    this.platform = sessions.platform;
    this.response = this.platform.responseOf(request);
    this.reply = new Reply(this);
    const { engine } = sessions.settings;
    this.unit = engine.open(this, this.#lockable(engine.locking));
    this.session = new SessionObject<Record<string, unknown>>(this);
  }

  /** What the application sees where it sees sessions as those of another library. */
  get compatible(): object | undefined {
    return (this.#compatible ??= this.#openCompatible())?.current;
  }

  get cookieHeader(): string | undefined {
    this.#touch();
    return this.request.headers.cookie;
  }

  get route(): string {
    return routeOf(this.request);
  }

  get renewsExpiry(): boolean {
    return this.response !== undefined && !this.reply.haveHeadersLeft;
  }

  /** A reply that is held back counts as sent: nobody may answer twice. */
  get hasSentHeaders(): boolean {
    return this.reply.haveHeadersLeft || this.reply.state !== 'open';
  }

  cookieObstacle(): string | undefined {
    this.#touch();
    if (this.response === undefined || this.reply.isClosed) {
      return NO_RESPONSE;
    }
    if (this.reply.haveHeadersLeft) {
      return RESPONSE_STARTED;
    }
    return isCookieAccepted(this) ? undefined : this.platform.insecure;
  }

  onFirstLoad(): void {
    this.#touch();
    if (this.reply.isClosed && locksByItself(this.unit.active.settings)) {
      throw new SessionLockTimeoutError(TOO_LATE_TO_LOCK, 0, 'too late');
    }
  }

  /**
   * The request has reached a route, which locks as `settings` say. There is a promise when something has to be waited for: the
   * lock of the mode `early`, the lock of a session that was read without one, or the commit of what was changed under a lock
   * that this route does not want.
   */
  enterRoute(settings: LockSettings): Promise<void> | undefined {
    this.reply.onHandlerReached();
    const { active, isLoadStarted } = this.unit;
    if (active.lock !== undefined && !locksByItself(settings)) {
      return this.#leaveLock(settings);
    }
    this.#use(settings);
    // What was read before any code of the application ran is locked when the handler takes it.
    if (isLoadStarted && !this.#isPreloaded && active.lock === undefined && locksByItself(settings)) {
      return this.#lockWhatWasRead();
    }
    return settings.mode === 'early' ? this.load() : undefined;
  }

  /**
   * A stream of server-sent events is about to begin: its session is loaded, touched, its cookie refreshed, and unlocked, since
   * Nest sends the headers before the handler is done.
   */
  async enterStream(): Promise<void> {
    await this.#leaveLock(withoutOwnLock(this.unit.active.settings));
    await this.load();
    await this.unit.commit(false);
  }

  /** What a parameter gets. The interceptor has loaded the session. */
  take<R>(read: (session: AnySession) => R): R {
    return read(this.session);
  }

  /** The guard of `@RequireSession()` turns the request away. @throws the refusal, as every guard of HTTP does. */
  refuse(refusal: Error): never {
    throw refusal;
  }

  /** Also rejects with the failure of an earlier load: a handler must not run without the session that it takes. */
  load(): Promise<void> {
    return this.#isPreloaded ? this.#lockWhatWasRead() : this.unit.loadForHandler();
  }

  /** Loads the session before anybody sees the request. A failure is told to who touches the session, and nobody else. */
  async preload(isLocked: boolean): Promise<void> {
    this.#isPreloaded = true;
    this.#use({ ...this.unit.active.settings, mode: isLocked ? 'implicit' : 'explicit' });
    await this.unit.load().catch(() => undefined);
  }

  report(what: string, error: unknown): void {
    this.sessions.settings.engine.log.failed(what, error, this.route);
  }

  /** A filter may answer a failed commit as if it had worked. */
  warnOfStatus(status: number): void {
    if (status < 400) {
      this.#warn(
        'status of a failed commit',
        `a filter has answered ${status} to a request whose session could not be stored`,
      );
    }
  }

  /** The reply is over, and no headers have passed by. */
  warnOfHeaders(): void {
    // While a reply is held, and when it has failed, its response counts as sent.
    if (SEALED[this.reply.state] === undefined && this.response?.headersSent === true) {
      this.#warn('headers past the session', PASSED_BY);
    }
  }

  #warn(kind: string, what: string): void {
    this.sessions.settings.engine.log.warnings.log(kind, `${this.route}: ${what}`);
  }

  /** Else what the handler changes by what it reads would overwrite the change of another request. */
  async #lockWhatWasRead(): Promise<void> {
    await this.unit.loadForHandler();
    await this.unit.steps.lockWhatWasRead();
  }

  async #leaveLock(settings: LockSettings): Promise<void> {
    await this.unit.commit(false);
    this.#use(settings);
  }

  #use(settings: LockSettings): void {
    this.unit.active.settings = this.#lockable(settings);
  }

  #openCompatible(): CompatibleSession | undefined {
    // The session was loaded before all middleware: what the application does to the reply counts from here on.
    this.reply.onHandlerReached();
    return this.sessions.settings.compatibility?.open(this);
  }

  /** Who has no response has no end at which the session would be unlocked. */
  #lockable(settings: LockSettings): LockSettings {
    return this.response === undefined ? withoutOwnLock(settings) : settings;
  }

  #touch(): void {
    if (!this.isTouched) {
      this.isTouched = true;
      this.reply.watch();
    }
  }
}
