import fc from 'fast-check';
import { resolveCookie } from '../../lib/options/cookie-options.js';
import { SessionsConfigError } from '../../lib/errors/index.js';
import type { SessionCookieOptions } from '../../lib/interfaces/sessions-options.interface.js';
import { CookieSignature } from '../../lib/session/cookie/cookie-signature.js';
import { CookieWriter } from '../../lib/session/cookie/cookie-writer.js';
import { generateSessionId } from '../../lib/session/session-id.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { parseCookieLine, type CookieLine } from '../support/http/cookie-line.js';
import { holds } from '../support/models/property.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const token = fc.string({ unit: fc.constantFrom(...Array.from("!#$%&'*+-.^_`|~09AZaz")), minLength: 1, maxLength: 20 });
const prefix = fc.constantFrom('', '', '', '__Host-', '__hOsT-', '__Secure-', '__Http-', '__Host-Http-');
const path = fc
  .string({ unit: fc.constantFrom(...Array.from('/ab %=,"\\~!')), maxLength: 20 })
  .map((text) => `/${text}`);
const flag = fc.boolean();

const options: fc.Arbitrary<SessionCookieOptions> = fc.record(
  {
    name: fc.tuple(prefix, token).map((parts) => parts.join('')),
    path: fc.oneof(fc.constant('/'), path),
    pathHeader: fc.constant('X-Path'),
    domain: fc.domain(),
    httpOnly: flag,
    sameSite: fc.constantFrom('strict' as const, 'lax' as const, 'none' as const, false as const),
    secure: fc.constantFrom(true, false, 'auto' as const),
    partitioned: flag,
    persistent: flag,
  },
  { requiredKeys: [] },
);

/** The rules of RFC 6265bis and its successors by which a browser drops a cookie, or cuts what it says. */
function isRefused(options: SessionCookieOptions): boolean {
  const { name = '', path = '/', pathHeader, domain, httpOnly = true, sameSite, secure, partitioned = false } = options;
  const isOfHost = path === '/' && pathHeader === undefined && domain === undefined;
  const needsSecure = sameSite === 'none' || partitioned || /^__(host|http|secure)-/i.test(name);
  return (
    path.endsWith(' ') ||
    (needsSecure && secure !== true) ||
    (/^__host-/i.test(name) && !isOfHost) ||
    (/^__(host-)?http-/i.test(name) && !httpOnly)
  );
}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const OCTETS = '[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*';
const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
const DATE =
  '(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d{4} \\d\\d:\\d\\d:\\d\\d GMT';
/** RFC 6265bis, 4.1.1; of "Max-Age=0" it knows only where it tells browsers what to do with it (5.6.2). */
const ATTRIBUTES = [
  `Expires=${DATE}`,
  'Max-Age=(0|[1-9]\\d*)',
  `Domain=${LABEL}(\\.${LABEL})*`,
  'Path=[\\x20-\\x3a\\x3c-\\x7e]*',
  'SameSite=(Strict|Lax|None)',
  'Secure',
  'HttpOnly',
  'Partitioned',
];
const SET_COOKIE = new RegExp(`^${TOKEN}=${OCTETS}(; (${ATTRIBUTES.join('|')}))*$`);

describe('The writer of cookies, whatever the options,', () => {
  holds(
    'is refused at start-up exactly when browsers would drop or change its cookie',
    500,
    fc.property(options, (one) => {
      const resolve = (): unknown => resolveCookie(one, HOUR);

      if (isRefused(one)) {
        expect(resolve).toThrow(SessionsConfigError);
      } else {
        expect(resolve).not.toThrow();
      }
    }),
  );

  const valid = options.filter((one) => !isRefused(one));
  const life = fc.integer({ min: 0, max: 400 * DAY });
  holds(
    'keeps to the grammar of RFC 6265bis, and says what the options say, no more',
    500,
    fc.property(valid, life, fc.boolean(), fc.boolean(), (one, left, isSecure, isSigned) => {
      const clock = new ManualClock();
      const cookie = resolveCookie(one, HOUR);
      const signature = isSigned ? new CookieSignature(['secret']) : undefined;
      const writer = new CookieWriter(cookie, clock, signature);
      const id = generateSessionId();
      const request = { isSecure, path: undefined };
      const set = writer.write({ kind: 'set', id, expiresAt: clock.now() + left }, request);
      const expired = writer.write({ kind: 'expire' }, request);

      expect([set, expired].filter((line) => !SET_COOKIE.test(line))).toEqual([]);
      const line = parseCookieLine(set);
      expect(line.value).toBe(signature?.sign(id) ?? id);
      expect(said(line)).toEqual(asked(one, isSecure));
      expect(said(parseCookieLine(expired))).toEqual(asked(one, isSecure));
      expect(lifeOf(line, clock)).toEqual(
        one.persistent === false ? undefined : [Math.ceil(left / 1_000), Math.floor(left / 1_000)],
      );
      expect(parseCookieLine(expired)).toMatchObject({ value: '' });
      expect(lifeOf(parseCookieLine(expired), clock)?.[0]).toBe(0);
    }),
  );
});

/** What a browser makes of the line, without the life of the cookie. */
function said({ name, attributes, attribute }: CookieLine): unknown {
  const isLife = (text: string): boolean => /^(Max-Age|Expires)=/.test(text);
  return {
    name,
    path: attribute('Path'),
    domain: attribute('Domain'),
    sameSite: attribute('SameSite')?.toLowerCase() ?? false,
    httpOnly: attribute('HttpOnly') === '',
    secure: attribute('Secure') === '',
    partitioned: attribute('Partitioned') === '',
    known: attributes.filter((text) => !isLife(text)).length,
  };
}

function asked(options: SessionCookieOptions, isSecure: boolean): unknown {
  const { name = 'session_id', path = '/', domain, sameSite = 'lax', httpOnly = true, partitioned = false } = options;
  const { secure = 'auto' } = options;
  const said = { name, path, domain, sameSite, httpOnly, secure: secure === 'auto' ? isSecure : secure, partitioned };
  const known = [path, domain, sameSite, httpOnly, said.secure, partitioned].filter(
    (value) => value !== undefined && value !== false,
  );
  return { ...said, known: known.length };
}

/** By either attribute, in seconds from now. */
function lifeOf({ attribute }: CookieLine, clock: ManualClock): [number, number] | undefined {
  const [maxAge, expires] = [attribute('Max-Age'), attribute('Expires')];
  return maxAge === undefined || expires === undefined
    ? undefined
    : [Number(maxAge), Math.floor((Date.parse(expires) - clock.now()) / 1_000)];
}
