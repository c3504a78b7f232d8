import { SessionLockTimeoutError, SessionStoreError } from '../errors/index.js';
import { isCookiePath } from '../options/cookie-options.js';
import type { CookieRequest } from '../session/cookie/cookie-writer.js';
import type { CookieChange } from '../session/session-transport.js';
import type { HttpSession } from './http-session.js';
import { keepPrivate, varyByCookie } from './response-headers.js';

/** Why no cookie can be sent. */
export const INSECURE =
  'its cookie is Secure and the connection is not: behind a proxy that ends TLS, tell Express with ' +
  "app.set('trust proxy', 1); over plain HTTP, set cookie.secure to 'auto'";

/** What the session adds to the headers of one response, and what of its request that depends on. */
export class SessionHeaders implements CookieRequest {
  #isCookieSet = false;

  constructor(private readonly http: HttpSession) {}

  /** Whether a browser would take the cookie over this connection. */
  get isCookieAccepted(): boolean {
    return this.http.home.settings.cookies.isAccepted(this);
  }

  get isSecure(): boolean {
    return this.http.home.platform.isSecure(this.http.request);
  }

  get path(): string | undefined {
    const { pathHeader } = this.http.home.settings;
    const path = pathHeader === undefined ? undefined : this.http.request.headers[pathHeader];
    return typeof path === 'string' && isCookiePath(path) ? path : undefined;
  }

  set(cookie: CookieChange | undefined, failure: unknown): void {
    const { response } = this.http;
    if (response === undefined) {
      return;
    }
    varyByCookie(response);
    this.#setRetryAfter(failure);
    // Once: headers that Node refuses to send are set a second time, with those of the error.
    if (cookie !== undefined && !this.#isCookieSet) {
      this.#isCookieSet = true;
      this.#setCookie(cookie);
    }
  }

  #setCookie(cookie: CookieChange): void {
    const { home, response, route } = this.http;
    if (!this.isCookieAccepted) {
      home.settings.engine.log.withoutCookie(`${route}: the session cookie was not sent`, INSECURE);
    } else if (response !== undefined) {
      response.appendHeader('Set-Cookie', home.settings.cookies.write(cookie, this));
      keepPrivate(response);
    }
  }

  /** RFC 9110: 503 tells when to come again. */
  #setRetryAfter(failure: unknown): void {
    const { response } = this.http;
    const isRetryable = failure instanceof SessionStoreError || failure instanceof SessionLockTimeoutError;
    if (isRetryable && response?.statusCode === failure.status && !response.hasHeader('Retry-After')) {
      response.setHeader('Retry-After', String(Math.ceil(failure.retryAfter / 1_000)));
    }
  }
}
