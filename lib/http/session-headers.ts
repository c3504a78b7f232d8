import type { ServerResponse } from 'node:http';
import { isCookiePath } from '../options/cookie-options.js';
import { SessionLockTimeoutError, SessionStoreError } from '../errors/index.js';
import type { CookieRequest } from '../session/cookie/cookie-writer.js';
import type { CookieChange } from '../session/session-transport.js';
import type { RequestSessionParts, SessionRequest } from './http-request.js';
import { routeOf } from './request-route.js';
import { forbidStoring, isSharedCacheable, varyByCookie } from './response-headers.js';

/** Why no cookie can be sent. */
export const INSECURE =
  'its cookie is Secure and the connection is not: behind a proxy that ends TLS, tell Express with ' +
  "app.set('trust proxy', 1); over plain HTTP, set cookie.secure to 'auto'";

/** What the session adds to the headers of one response, and what of its request that depends on. */
export class SessionHeaders implements CookieRequest {
  #isCookieSet = false;

  constructor(
    private readonly parts: RequestSessionParts,
    private readonly request: SessionRequest,
    private readonly response: ServerResponse,
  ) {}

  /** Whether a browser would take the cookie over this connection. */
  get isCookieAccepted(): boolean {
    return this.parts.cookies.isAccepted(this);
  }

  get isSecure(): boolean {
    const { secure, socket } = this.request;
    return secure ?? ('encrypted' in socket && socket.encrypted === true);
  }

  get path(): string | undefined {
    const { pathHeader } = this.parts;
    const path = pathHeader === undefined ? undefined : this.request.headers[pathHeader];
    return typeof path === 'string' && isCookiePath(path) ? path : undefined;
  }

  set(cookie: CookieChange | undefined, failure: unknown): void {
    varyByCookie(this.response);
    this.#setRetryAfter(failure);
    // Once: headers that Node refuses to send are set a second time, with those of the error.
    if (cookie !== undefined && !this.#isCookieSet) {
      this.#isCookieSet = true;
      this.#setCookie(cookie);
    }
  }

  #setCookie(cookie: CookieChange): void {
    const { trace } = this.parts.engine;
    if (!this.isCookieAccepted) {
      trace.withoutCookie(`${routeOf(this.request)}: the session cookie was not sent`, INSECURE);
      return;
    }
    const isShared = isSharedCacheable(this.response);
    if (isShared && cookie.kind === 'set' && cookie.isRefresh) {
      return;
    }
    if (isShared) {
      trace.warnings.log(
        'shared caching',
        `${routeOf(this.request)} sends a session cookie with a Cache-Control that allows shared caches to hand it to others: make it private`,
      );
    }
    this.response.appendHeader('Set-Cookie', this.parts.cookies.write(cookie, this));
    forbidStoring(this.response);
  }

  /** RFC 9110: 503 tells when to come again. */
  #setRetryAfter(failure: unknown): void {
    const isRetryable = failure instanceof SessionStoreError || failure instanceof SessionLockTimeoutError;
    if (isRetryable && this.response.statusCode === failure.status && !this.response.hasHeader('Retry-After')) {
      this.response.setHeader('Retry-After', String(Math.ceil(failure.retryAfter / 1_000)));
    }
  }
}
