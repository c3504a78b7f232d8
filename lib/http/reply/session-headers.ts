import type { ServerResponse } from 'node:http';
import { isCookiePath } from '../../session/cookie/cookie-path.js';
import type { CookieRequest } from '../../session/cookie/cookie-writer.js';
import type { CookieChange } from '../../session/session-transport.js';
import type { HttpSession } from '../http-session.js';
import { keepPrivate, varyByCookie } from './response-headers.js';
import { setRetryAfter } from './retry-after.js';

/** Why no cookie can be sent; `trustProxy` is what the platform has to be told. */
export function insecure(trustProxy: string): string {
  return (
    `its cookie is Secure and the connection is not: behind a proxy that ends TLS, ${trustProxy}; ` +
    "over plain HTTP, set cookie.secure to 'auto'"
  );
}

/** Whether a browser would take the cookie over this connection. */
export function isCookieAccepted(http: HttpSession): boolean {
  return http.sessions.settings.cookies.isAccepted(cookieRequest(http));
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

/** Wrappers of the response set headers of their own when it begins: these must not let a cache hand it to others. */
export function keepSessionHeaders(response: ServerResponse, hasCookie: boolean): void {
  varyByCookie(response);
  if (hasCookie) {
    keepPrivate(response);
  }
}

function setCookie(http: HttpSession, response: ServerResponse, cookie: CookieChange): void {
  const { cookies, engine } = http.sessions.settings;
  const request = cookieRequest(http);
  if (cookies.isAccepted(request)) {
    response.appendHeader('Set-Cookie', cookies.write(cookie, request));
    keepPrivate(response);
  } else {
    engine.log.withoutCookie(`${http.route}: the session cookie was not sent`, http.platform.insecure);
  }
}

function cookieRequest({ request, platform, sessions }: HttpSession): CookieRequest {
  const { pathHeader } = sessions.settings;
  const path = pathHeader === undefined ? undefined : request.headers[pathHeader];
  return {
    isSecure: platform.isSecure(request),
    path: typeof path === 'string' && isCookiePath(path) ? path : undefined,
  };
}
