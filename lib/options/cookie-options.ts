import { SessionsConfigError } from '../errors/index.js';
import type { SessionCookieOptions } from '../interfaces/sessions-options.interface.js';
import { MAX_ATTRIBUTE_OCTETS, PATH } from '../session/cookie/cookie-path.js';
import type { CookieSettings } from '../session/cookie/cookie-writer.js';
import { days } from './durations.js';
import { COOKIE_REPLACEMENTS } from './express-session-options.js';
import { checkKeys, display, flag, oneOf } from './validate.js';

const KEYS: readonly (keyof SessionCookieOptions)[] = [
  'name',
  'path',
  'pathHeader',
  'domain',
  'httpOnly',
  'sameSite',
  'secure',
  'partitioned',
  'persistent',
];

type SameSite = NonNullable<SessionCookieOptions['sameSite']>;

/** RFC 6265: a cookie's name is a token. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const DOMAIN = /^\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/;
const MAX_PERSISTENT_TIMEOUT = days(400);

export interface ResolvedCookie extends CookieSettings {
  readonly pathHeader: string | undefined;
}

/** Every default and every rule of the cookie (RFC 6265bis): a cookie that browsers would drop is refused at start-up. */
export function resolveCookie(options: SessionCookieOptions, timeout: number): ResolvedCookie {
  checkKeys('cookie', options, KEYS, COOKIE_REPLACEMENTS);
  const { name = 'session_id', path = '/' } = options;
  const sameSite = oneOf<SameSite>('cookie.sameSite', options.sameSite, 'lax', ['strict', 'lax', 'none', false]);
  const cookie: ResolvedCookie = {
    name: text('cookie.name', name, TOKEN, 'a cookie name (letters, digits, - and _)'),
    path: text('cookie.path', path, PATH, "a path that begins with '/', has no ';' and does not end with a space"),
    pathHeader: optional('cookie.pathHeader', options.pathHeader, TOKEN, 'the name of a request header')?.toLowerCase(),
    domain: optional('cookie.domain', options.domain, DOMAIN, 'a domain name'),
    httpOnly: flag('cookie.httpOnly', options.httpOnly, true),
    sameSite: sameSite === false ? undefined : sameSite,
    secure: oneOf<boolean | 'auto'>('cookie.secure', options.secure, 'auto', [true, false, 'auto']),
    partitioned: flag('cookie.partitioned', options.partitioned, false),
    persistent: flag('cookie.persistent', options.persistent, true),
  };
  checkRules(cookie, timeout);
  return cookie;
}

function checkRules(cookie: ResolvedCookie, timeout: number): void {
  checkPrefix(cookie);
  if (cookie.sameSite === 'none' && cookie.secure !== true) {
    throw new SessionsConfigError("cookie.sameSite 'none' demands cookie.secure: true, else browsers drop the cookie");
  }
  if (cookie.partitioned && cookie.secure !== true) {
    throw new SessionsConfigError('cookie.partitioned demands cookie.secure: true, else browsers drop the cookie');
  }
  if (cookie.persistent && timeout > MAX_PERSISTENT_TIMEOUT) {
    throw new SessionsConfigError(
      'Browsers keep no cookie for longer than 400 days: lower timeout, or set cookie.persistent: false',
    );
  }
}

function checkPrefix(cookie: ResolvedCookie): void {
  // Browsers compare the prefixes without regard to case.
  const [prefix] = /^__(?:host-http|host|http|secure)-/i.exec(cookie.name) ?? [];
  const rule = prefix === undefined ? undefined : brokenRule(prefix.toLowerCase(), cookie);
  if (rule !== undefined) {
    throw new SessionsConfigError(
      `cookie.name begins with ${prefix}: the cookie must have ${rule}, else browsers drop it`,
    );
  }
}

function brokenRule(
  prefix: string,
  { secure, httpOnly, path, domain, pathHeader }: ResolvedCookie,
): string | undefined {
  if (secure !== true) {
    return 'secure: true';
  }
  if (prefix.includes('http') && !httpOnly) {
    return 'httpOnly: true';
  }
  const isOfHost = path === '/' && domain === undefined && pathHeader === undefined;
  return prefix.includes('host') && !isOfHost ? "path: '/', no domain and no pathHeader" : undefined;
}

function text(name: string, value: unknown, pattern: RegExp, what: string): string {
  if (typeof value !== 'string' || !pattern.test(value) || value.length > MAX_ATTRIBUTE_OCTETS) {
    throw new SessionsConfigError(`${name} must be ${what}; it is ${display(value)}`);
  }
  return value;
}

function optional(name: string, value: unknown, pattern: RegExp, what: string): string | undefined {
  return value === undefined ? undefined : text(name, value, pattern, what);
}
