import { parseCookieLine, type CookieLine } from './cookie-line.js';

/** RFC 6265bis: what a server should send, and no browser has to guess at. */
const SET_COOKIE =
  /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*(?:; [A-Za-z][A-Za-z-]*(?:=[\x20-\x3a\x3c-\x7e]*)?)*$/;
const MAX_PAIR = 4_096;
const MAX_ATTRIBUTE = 1_024;
const MAX_AGE = 400 * 24 * 60 * 60;

/**
 * The cookies of a browser that is as strict as RFC 6265bis and CHIPS allow. It throws where a browser would drop the cookie
 * without a word.
 */
export class StrictJar {
  readonly #cookies = new Map<string, string>();

  constructor(private readonly isSecure: boolean) {}

  get values(): string[] {
    return [...this.#cookies.values()];
  }

  receive(line: string): void {
    const cookie = parseCookieLine(line);
    const broken = brokenRules(line, cookie, this.isSecure);
    if (broken.length > 0) throw new Error(`A browser drops ${JSON.stringify(line)}: ${broken.join(', ')}`);
    const key = ['Path', 'Domain', 'Partitioned'].map((name) => String(cookie.attribute(name))).join('|');
    if (cookie.attribute('Max-Age') === '0') this.#cookies.delete(`${cookie.name}|${key}`);
    else this.#cookies.set(`${cookie.name}|${key}`, cookie.value);
  }
}

function brokenRules(line: string, { name, value, attributes, attribute }: CookieLine, isSecure: boolean): string[] {
  const has = (wanted: string): boolean => attribute(wanted) !== undefined;
  const lower = name.toLowerCase();
  const isOfHost = lower.startsWith('__host-');
  const rules: Record<string, boolean> = {
    'the grammar': SET_COOKIE.test(line),
    'one of each attribute': new Set(attributes.map((one) => one.split('=', 1)[0])).size === attributes.length,
    'a pair of 4096 octets': name.length + value.length <= MAX_PAIR,
    'attributes of 1024 octets': attributes.every((one) => one.slice(one.indexOf('=') + 1).length <= MAX_ATTRIBUTE),
    'at most 400 days': Number(attribute('Max-Age') ?? 0) <= MAX_AGE,
    'Secure over TLS alone': !has('Secure') || isSecure,
    'SameSite=None with Secure': attribute('SameSite') !== 'None' || has('Secure'),
    'Partitioned with Secure': !has('Partitioned') || has('Secure'),
    'a prefix with Secure': !/^__(?:host-http|host|http|secure)-/.test(lower) || has('Secure'),
    '__Http- with HttpOnly': !/^__(?:host-)?http-/.test(lower) || has('HttpOnly'),
    '__Host- with Path=/ and no Domain': !isOfHost || (attribute('Path') === '/' && !has('Domain')),
  };
  return Object.keys(rules).filter((rule) => !rules[rule]);
}
