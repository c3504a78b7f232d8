import type { ServerResponse } from 'node:http';
import { SessionLockTimeoutError, SessionStoreError } from '../../errors/index.js';
import { isCookiePath } from '../../options/cookie-options.js';
import type { CookieRequest } from '../../session/cookie/cookie-writer.js';
import type { CookieChange } from '../../session/session-transport.js';
import type { HttpSession } from '../http-session.js';
import { keepPrivate, varyByCookie } from './response-headers.js';

/** Why no cookie can be sent; `trustProxy` is what the platform has to be told. */
export function insecure(trustProxy: string): string {
  return (
    `its cookie is Secure and the connection is not: behind a proxy that ends TLS, ${trustProxy}; ` +
    "over plain HTTP, set cookie.secure to 'auto'"
  );
}

/** Whether a browser would take the cookie over this connection. */
export function isCookieAccepted(http: HttpSession): boolean {
  return http.home.settings.cookies.isAccepted(cookieRequest(http));
}

/** What the session adds to the headers of one response. */
export function setSessionHeaders(http: HttpSession, response: ServerResponse, cookie: CookieChange | undefined): void {
  varyByCookie(response);
  const { failure } = http.unit;
  if (failure !== undefined) {
    setRetryAfter(response, failure);
  }
  if (cookie !== undefined) {
    setCookie(http, response, cookie);
  }
}

function setCookie(http: HttpSession, response: ServerResponse, cookie: CookieChange): void {
  const { cookies, engine } = http.home.settings;
  const request = cookieRequest(http);
  if (cookies.isAccepted(request)) {
    response.appendHeader('Set-Cookie', cookies.write(cookie, request));
    keepPrivate(response);
  } else {
    engine.log.withoutCookie(`${http.route}: the session cookie was not sent`, http.platform.insecure);
  }
}

function cookieRequest({ request, platform, home }: HttpSession): CookieRequest {
  const { pathHeader } = home.settings;
  const path = pathHeader === undefined ? undefined : request.headers[pathHeader];
  return {
    isSecure: platform.isSecure(request),
    path: typeof path === 'string' && isCookiePath(path) ? path : undefined,
  };
}

/** RFC 9110: 503 tells when to come again. */
function setRetryAfter(response: ServerResponse, failure: unknown): void {
  const isRetryable = failure instanceof SessionStoreError || failure instanceof SessionLockTimeoutError;
  if (isRetryable && response.statusCode === failure.status && !response.hasHeader('Retry-After')) {
    response.setHeader('Retry-After', String(Math.ceil(failure.retryAfter / 1_000)));
  }
}
