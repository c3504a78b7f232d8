import type { IncomingMessage, ServerResponse } from 'node:http';
import { isCookiePath } from '../cookie.options.js';
import { SessionLockTimeoutError, SessionStoreError } from '../errors/index.js';
import type { CommitOnError } from '../interfaces/sessions-options.interface.js';
import type { SessionCookieWriter } from '../session/session-cookie-writer.js';
import type { SessionEngine } from '../session/session-engine.js';
import type { SessionExchange } from '../session/session-exchange.js';
import type { SessionLifecycle } from '../session/session-lifecycle.js';
import { withoutOwnLock } from '../session/session-state.js';
import { SessionObject } from '../session/session.js';
import { replyWithFailure } from './failed-reply.js';
import { forbidStoring, isSharedCacheable, varyByCookie } from './response-headers.js';
import { hookResponse, type ResponseEvents } from './response-hooks.js';

/** Why no cookie can be sent. */
const NO_RESPONSE = 'there is no response, or no longer one, that could carry its cookie';
const RESPONSE_STARTED = 'the response has started: do it before that';
const INSECURE =
  'its cookie is Secure and the connection is not: behind a proxy that ends TLS, tell Express with ' +
  "app.set('trust proxy', 1); over plain HTTP, set cookie.secure to 'auto'";

const REQUEST_SESSION = Symbol('nestjs-sessions');

/** A request, as Express or plain Node hands it on. */
export interface SessionRequest extends IncomingMessage {
  readonly secure?: boolean;
  readonly originalUrl?: string;
  session?: unknown;
  [REQUEST_SESSION]?: RequestSession;
}

/** What all requests of a module share. */
export interface RequestSessionParts {
  readonly engine: SessionEngine;
  readonly cookies: SessionCookieWriter;
  readonly pathHeader: string | undefined;
  readonly commitOnError: CommitOnError | undefined;
}

/** The session of the request, or `undefined` on a route that the module does not serve. */
export function requestSessionOf(request: unknown): RequestSession | undefined {
  return (request as SessionRequest | undefined)?.[REQUEST_SESSION];
}

/** Between one HTTP exchange and the engine: when to commit, whether at all, and which headers go with it. */
export class RequestSession implements SessionExchange, ResponseEvents {
  readonly lifecycle: SessionLifecycle;
  readonly session: SessionObject;
  #haveHeadersLeft = false;
  #isEndHeld = false;
  #isHooked = false;
  #isClosed = false;
  /** A Nest handler, or what comes before it, is under way: it settles, and then it or the end of the response commits. */
  #isRouted = false;
  #hasHandlerSucceeded = false;
  #error: unknown;
  /** The commit that began when the headers left before the body was complete. */
  #streaming: Promise<void> | undefined;

  constructor(
    private readonly parts: RequestSessionParts,
    private readonly request: SessionRequest,
    private readonly response: ServerResponse,
  ) {
    const { engine } = parts;
    // Whoever has no response has no end at which the session would be unlocked.
    this.lifecycle = engine.open(this, this.renewsExpiry ? engine.locking : withoutOwnLock(engine.locking));
    this.session = new SessionObject(this.lifecycle);
    request[REQUEST_SESSION] = this;
    request.session = this.session;
  }

  get cookieHeader(): string | undefined {
    return this.request.headers.cookie;
  }

  get route(): string {
    const url = this.request.originalUrl ?? this.request.url ?? '';
    return `${this.request.method ?? ''} ${url.split('?', 1)[0] ?? ''}`;
  }

  /** Sockets pass a response without methods: nothing can be sent through it. */
  get renewsExpiry(): boolean {
    return typeof this.response.writeHead === 'function';
  }

  /** What is held back counts as sent: nobody may answer twice. */
  get hasSentHeaders(): boolean {
    return this.#haveHeadersLeft || this.#isEndHeld;
  }

  cookieObstacle(): string | undefined {
    if (!this.renewsExpiry || this.#isClosed) {
      return NO_RESPONSE;
    }
    if (this.#haveHeadersLeft) {
      return RESPONSE_STARTED;
    }
    return this.#isCookieAccepted() ? undefined : INSECURE;
  }

  onFirstLoad(): void {
    if (this.renewsExpiry && !this.#isHooked) {
      this.#isHooked = true;
      this.#haveHeadersLeft = this.response.headersSent;
      hookResponse(this.response, this);
    }
  }

  /** The request has reached a route of Nest. */
  enterRoute(): void {
    this.#isRouted = true;
  }

  /** The handler is done, and so is everything within our interceptor. */
  handlerSucceeded(): Promise<void> {
    this.#hasHandlerSucceeded = true;
    return this.#finish() ?? Promise.resolve();
  }

  /** What becomes of its changes is decided by the status that is sent. */
  handlerFailed(error: unknown): void {
    this.#error = error;
  }

  /** The handler was torn down (a timeout, a client that left): the end of the response decides, if there will be one. */
  handlerStopped(): void {
    this.#isRouted = false;
    if (this.#isClosed) {
      void this.lifecycle.discard();
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
    varyByCookie(this.response);
    this.#setRetryAfter();
    this.#setCookie();
    return this.#streaming;
  }

  beforeEnd(): Promise<void> | undefined {
    if (!this.lifecycle.isLoaded) {
      this.lifecycle.abandon();
      return undefined;
    }
    const pending = this.#streaming === undefined ? this.#finish() : this.#streaming.then(() => this.#finish());
    this.#isEndHeld = pending !== undefined;
    return pending;
  }

  onFailure(error: unknown): void {
    this.parts.engine.trace.failed(
      `${this.route}: the session could not be stored, and the response was replaced by an error`,
      error,
    );
    replyWithFailure(this.response, error);
  }

  onClose(): void {
    this.#isClosed = true;
    this.lifecycle.abandon();
    if (this.#haveHeadersLeft) {
      this.#finish()?.catch((error: unknown) =>
        this.parts.engine.trace.failed('A session could not be stored after its response', error),
      );
    } else if (!this.#isRouted) {
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
    if (commitOnError === undefined) {
      return status >= 500;
    }
    return !(typeof commitOnError === 'function' ? commitOnError(this.#error, status) : commitOnError);
  }

  #setCookie(): void {
    const { cookie } = this.lifecycle;
    if (cookie === undefined) {
      return;
    }
    if (!this.#isCookieAccepted()) {
      this.parts.engine.trace.withoutCookie(`${this.route}: the session cookie was not sent`, INSECURE);
      return;
    }
    const isShared = isSharedCacheable(this.response);
    if (isShared && cookie.kind === 'set' && cookie.isRefresh) {
      return;
    }
    if (isShared) {
      this.parts.engine.trace.warnings.log(
        'shared caching',
        `${this.route} sends a session cookie with a Cache-Control that allows shared caches to hand it to others: make it private`,
      );
    }
    this.response.appendHeader('Set-Cookie', this.parts.cookies.write(cookie, this.#cookieRequest()));
    forbidStoring(this.response);
  }

  /** RFC 9110: 503 tells when to come again. */
  #setRetryAfter(): void {
    const { failure } = this.lifecycle;
    const isRetryable = failure instanceof SessionStoreError || failure instanceof SessionLockTimeoutError;
    if (isRetryable && this.response.statusCode === failure.status && !this.response.hasHeader('Retry-After')) {
      this.response.setHeader('Retry-After', String(Math.ceil(failure.retryAfter / 1_000)));
    }
  }

  #isCookieAccepted(): boolean {
    return this.parts.cookies.isAccepted(this.#cookieRequest());
  }

  #cookieRequest(): { isSecure: boolean; path: string | undefined } {
    const { request } = this;
    const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
    const header = this.parts.pathHeader === undefined ? undefined : request.headers[this.parts.pathHeader];
    return {
      isSecure: request.secure ?? isEncrypted,
      path: typeof header === 'string' && isCookiePath(header) ? header : undefined,
    };
  }
}
