import type { ServerResponse } from 'node:http';
import { SessionLockTimeoutError } from '../errors/index.js';
import type { SessionTransport } from '../session/session-transport.js';
import type { SessionLifecycle } from '../session/session-lifecycle.js';
import { locksByItself, type LockSettings, withoutOwnLock } from '../session/session-state.js';
import { ownerOf, SessionObject, type SessionOwner } from '../session/session.js';
import { replyWithFailure } from './error-response.js';
import type { RequestSessionParts, SessionRequest } from './http-request.js';
import { routeOf } from './request-route.js';
import { hookResponse, type ResponseEvents } from './response-hooks.js';
import { INSECURE, SessionHeaders } from './session-headers.js';

/** Why no cookie can be sent. */
const NO_RESPONSE = 'there is no response, or no longer one, that could carry its cookie';
const RESPONSE_STARTED = 'the response has started: do it before that';
const TOO_LATE_TO_LOCK =
  'The response was over before its session was loaded, so nothing would unlock it: load it before, or open the session with ' +
  'Sessions.open() in work that outlives its request';

/**
 * The session of the request, or `undefined` on a route that the module does not serve. The way leads through `request.session`:
 * each property that is added to a request of Express makes a hidden class of its own (1.4 kB and 4 us).
 */
export function requestSessionOf(request: unknown): RequestSession | undefined {
  const owner = ownerOf((request as Partial<SessionRequest> | undefined)?.session);
  return owner instanceof RequestSession ? owner : undefined;
}

/**
 * Between one HTTP exchange and the engine: when to commit, whether at all, and which headers go with it. On most routes nobody
 * asks for the session, so what it takes is made at the first touch.
 */
export class RequestSession implements SessionTransport, SessionOwner, ResponseEvents {
  readonly session = new SessionObject(this);
  #openedLifecycle: SessionLifecycle | undefined;
  #madeHeaders: SessionHeaders | undefined;
  #locking: LockSettings;
  /** Sockets pass a response without methods: nothing can be sent through it, and it has no end. */
  #hasResponse = false;
  #haveHeadersLeft = false;
  #isEndHeld = false;
  /** The response was complete: what had changed by then is committed. */
  #hasEnded = false;
  #isHooked = false;
  #isClosed = false;
  /** A Nest handler, or what comes before it, is under way: it settles, and then it or the end of the response commits. */
  #isRouted = false;
  /** One that takes the session. */
  #isHandlerRunning = false;
  #hasHandlerSucceeded = false;
  #error: unknown;
  /** The commit that began when the headers left before the body was complete. */
  #streaming: Promise<void> | undefined;

  constructor(
    private readonly parts: RequestSessionParts,
    private readonly request: SessionRequest,
    private readonly response: ServerResponse,
  ) {
    this.#locking = parts.engine.locking;
    request.session = this.session;
  }

  get lifecycle(): SessionLifecycle {
    return (this.#openedLifecycle ??= this.#open());
  }

  /** Whoever looks at it, for `originalId` alone too, has an answer that varies by it. */
  get cookieHeader(): string | undefined {
    this.#hook();
    return this.request.headers.cookie;
  }

  get route(): string {
    return routeOf(this.request);
  }

  get renewsExpiry(): boolean {
    return this.#hasResponse && !this.#haveHeadersLeft;
  }

  /** What is held back counts as sent: nobody may answer twice. */
  get hasSentHeaders(): boolean {
    return this.#haveHeadersLeft || this.#isEndHeld;
  }

  cookieObstacle(): string | undefined {
    if (!this.#hasResponse || this.#isClosed) {
      return NO_RESPONSE;
    }
    if (this.#haveHeadersLeft) {
      return RESPONSE_STARTED;
    }
    return this.#headers.isCookieAccepted ? undefined : INSECURE;
  }

  onFirstLoad(): void {
    this.#hook();
    if (this.#isClosed && locksByItself(this.lifecycle.state.settings)) {
      throw new SessionLockTimeoutError(TOO_LATE_TO_LOCK, 0);
    }
  }

  /** The request has reached a route of Nest, which locks as the settings say. */
  enterRoute(locking: LockSettings): void {
    this.#isRouted = true;
    if (this.#openedLifecycle === undefined) {
      this.#locking = locking;
    } else {
      this.#openedLifecycle.settings = locking;
    }
  }

  /** A handler that takes the session runs: whatever becomes of the response, the session stays its own until it settles. */
  handlerStarted(): void {
    this.#isHandlerRunning = true;
  }

  /** The handler is done, and so is everything within our interceptor. `undefined` when there is nothing to wait for. */
  handlerSucceeded(): Promise<void> | undefined {
    this.#isHandlerRunning = false;
    this.#hasHandlerSucceeded = true;
    return this.#finish();
  }

  /** What becomes of its changes is decided by the status that is sent. */
  handlerFailed(error: unknown): void {
    this.#isHandlerRunning = false;
    this.#error = error;
    if (this.#isClosed) {
      this.#finishUnanswered();
    }
  }

  /** The handler was torn down (a timeout, a client that left): the end of the response decides, if there will be one. */
  handlerStopped(): void {
    this.#isHandlerRunning = false;
    this.#isRouted = false;
    // The response to a pipelined request whose turn has not come is never closed.
    if (this.#isClosed || this.request.socket.destroyed) {
      this.#finishUnanswered();
    }
  }

  beforeHeaders(isEnding: boolean): Promise<void> | undefined {
    if (!isEnding) {
      if (this.cookieObstacle() === undefined && !this.#isRefused()) {
        this.lifecycle.announceCookie();
      }
      this.#streaming = this.#finish();
    }
    this.#haveHeadersLeft = true;
    this.#headers.set(this.lifecycle.cookie, this.lifecycle.state.failure);
    return this.#streaming;
  }

  beforeEnd(): Promise<void> | undefined {
    if (!this.lifecycle.isLoaded) {
      this.lifecycle.abandon();
      return undefined;
    }
    this.#hasEnded = true;
    const pending = this.#streaming === undefined ? this.#finish() : this.#streaming.then(() => this.#finish());
    this.#isEndHeld = pending !== undefined;
    return pending;
  }

  onFailure(error: unknown): void {
    this.#report('The session could not be stored or the response not be sent, which was replaced by an error', error);
    replyWithFailure(this.response, error);
  }

  onClose(): void {
    this.#isClosed = true;
    this.lifecycle.abandon();
    const isOver = this.#hasEnded && this.#hasHandlerSucceeded;
    if (!isOver && !this.#isHandlerRunning) {
      this.#finishUnanswered();
    }
  }

  #open(): SessionLifecycle {
    const { response } = this;
    this.#hasResponse = typeof response.writeHead === 'function' && typeof response.once === 'function';
    // Whoever has no response has no end at which the session would be unlocked.
    return this.parts.engine.open(this, this.#hasResponse ? this.#locking : withoutOwnLock(this.#locking));
  }

  get #headers(): SessionHeaders {
    return (this.#madeHeaders ??= new SessionHeaders(this.parts, this.request, this.response));
  }

  #hook(): void {
    if (!this.#hasResponse || this.#isHooked) {
      return;
    }
    this.#isHooked = true;
    this.#isClosed = this.response.writableEnded || this.response.destroyed;
    this.#haveHeadersLeft = this.response.headersSent;
    hookResponse(this.response, this);
  }

  /** Nobody may end the response any more. */
  #finishUnanswered(): void {
    if (this.#haveHeadersLeft) {
      this.#finish()?.catch((error: unknown) =>
        this.#report('The session could not be stored after the response', error),
      );
    } else if (this.#isRouted) {
      // A guard or a filter may still answer, which ends the request as ever; or a handler that nobody told of the session.
      this.lifecycle.stopRenewing();
    } else {
      void this.lifecycle.discard();
    }
  }

  /** The one commit, for handler, end and stream alike: whatever is due now, and nothing when nothing is. */
  #finish(): Promise<void> | undefined {
    if (!this.lifecycle.isCommitDue) {
      return undefined;
    }
    return this.#isRefused() ? this.lifecycle.discard() : this.lifecycle.commit();
  }

  #isRefused(): boolean {
    const status = this.response.statusCode;
    const isFailure = this.#error !== undefined || status >= 500 || (status >= 400 && !this.#hasHandlerSucceeded);
    const { commitOnError } = this.parts;
    if (!isFailure) {
      return false;
    }
    if (typeof commitOnError !== 'function') {
      return !(commitOnError ?? status < 500);
    }
    try {
      return !commitOnError(this.#error, status);
    } catch (error) {
      this.#report('commitOnError failed, and nothing is stored', error);
      return true;
    }
  }

  #report(what: string, error: unknown): void {
    this.parts.engine.trace.failed(what, error, this.route);
  }
}
