import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ReplyHeaders } from '../http-platform.js';

/** The headers that `writeHead()` takes: an object, or an array of names and values in turn. */
export type PassedHeaders = OutgoingHttpHeaders | OutgoingHttpHeader[];

/** What lets a shared cache store a response (RFC 9111). */
const SHARED = /^(?:public|proxy-revalidate|s-maxage\s*=.*)$/i;
const NOT_SHARED = /^(?:private|no-store)$/i;

/** Shared, since most replies have none. */
export const NO_COOKIES: readonly string[] = [];

/** The cookies that are set so far. */
export function cookiesIn(headers: ReplyHeaders): readonly string[] {
  const cookies = headers.getHeader('set-cookie');
  if (cookies === undefined) {
    return NO_COOKIES;
  }
  // A copy: Node puts what is appended later into the same array.
  return Array.isArray(cookies) ? [...cookies] : [String(cookies)];
}

/**
 * Sets what was passed to `writeHead()` on the response, as `writeHead()` itself would: passed ones replace those set before,
 * and several of one name in an array are all kept (array headers were corrupted elsewhere: CVE-2025-7339). A value that is
 * `undefined` is refused by Node.
 */
export function applyPassedHeaders(response: ServerResponse, headers: PassedHeaders): void {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers) as [string, OutgoingHttpHeader][]) {
      response.setHeader(name, value);
    }
    return;
  }
  const pairs = pairsOf(headers);
  for (const [name] of pairs) {
    response.removeHeader(name);
  }
  for (const [name, value] of pairs) {
    response.appendHeader(name, value);
  }
}

/** RFC 9110: what was read with the help of a cookie must not be served from a cache to others. */
export function varyByCookie(response: ServerResponse): void {
  const vary = String(response.getHeader('Vary') ?? '');
  if (vary === '') {
    response.setHeader('Vary', 'Cookie');
    return;
  }
  const names = vary.split(',').map((name) => name.trim().toLowerCase());
  if (!names.includes('cookie') && !names.includes('*')) {
    response.setHeader('Vary', `${vary}, Cookie`);
  }
}

/**
 * OWASP: no cache may hand a session cookie to others. Without a decision of the application the response is stored nowhere; one
 * that allows shared caches is made private, for this one response.
 */
export function keepPrivate(response: ServerResponse): void {
  const control = response.getHeader('Cache-Control');
  if (control === undefined) {
    response.setHeader('Cache-Control', 'no-store');
    return;
  }
  const directives = String(control)
    .split(',')
    .map((directive) => directive.trim())
    .filter((directive) => directive !== '');
  if (!directives.some((directive) => NOT_SHARED.test(directive))) {
    const kept = directives.filter((directive) => !SHARED.test(directive));
    response.setHeader('Cache-Control', ['private', ...kept].join(', '));
  }
}

function pairsOf(headers: readonly unknown[]): [string, string | string[]][] {
  // Node takes names and values in turn, and an array of pairs.
  const flat = Array.isArray(headers[0]) ? headers.flat(1) : headers;
  const pairs: [string, string | string[]][] = [];
  for (let index = 0; index < flat.length; index += 2) {
    const value = flat[index + 1];
    pairs.push([String(flat[index]), Array.isArray(value) ? value.map(String) : (value as string)]);
  }
  return pairs;
}
