import { STATUS_CODES, type ServerResponse } from 'node:http';
import { SessionsError } from '../../errors/index.js';

/** What describes the body that is replaced, or a place in place of it. The policy of the content stays: it protects any body. */
const OF_THE_BODY = new Set([
  'transfer-encoding',
  'trailer',
  'etag',
  'last-modified',
  'accept-ranges',
  'location',
  'refresh',
  'link',
  'cache-control',
  'expires',
  'pragma',
]);

const NO_COOKIES: readonly string[] = [];

/**
 * Takes away what goes with the body of a response that is about to be replaced by an error, and the cookies that were set since
 * its handler began. All else stays: CORS (else no script could read the error), rate limits, ids of requests.
 */
export function replaceBody(response: ServerResponse, cookiesBefore: number): void {
  for (const name of response.getHeaderNames()) {
    const isContent = name.startsWith('content-') && !name.startsWith('content-security-policy');
    if (isContent || OF_THE_BODY.has(name)) {
      response.removeHeader(name);
    }
  }
  const kept = cookiesOf(response).slice(0, cookiesBefore);
  response.removeHeader('Set-Cookie');
  if (kept.length > 0) {
    response.setHeader('Set-Cookie', kept);
  }
  response.statusCode = 500;
  response.statusMessage = '';
}

/** The cookies that are set so far. */
export function cookiesOf(response: ServerResponse): readonly string[] {
  const cookies = response.getHeader('set-cookie');
  if (cookies === undefined) {
    return NO_COOKIES;
  }
  return Array.isArray(cookies) ? cookies : [String(cookies)];
}

/** In Nest's form. It tells nothing but the status. */
export function errorBody(statusCode: number): { readonly statusCode: number; readonly message: string } {
  return { statusCode, message: STATUS_CODES[statusCode] ?? 'Error' };
}

/** For an error that no filter of the application has answered. */
export function replyWithError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const statusCode = error instanceof SessionsError ? error.status : 500;
  response.statusCode = statusCode;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(errorBody(statusCode)));
}
