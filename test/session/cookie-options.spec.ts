import fc from 'fast-check';
import { resolveCookie, type ResolvedCookie } from '../../lib/options/cookie-options.js';
import { SessionsConfigError } from '../../lib/errors/index.js';
import type { SessionCookieOptions } from '../../lib/interfaces/sessions-options.interface.js';
import { generateSessionId } from '../../lib/session/session-id.js';
import { CookieWriter } from '../../lib/session/cookie/cookie-writer.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { StrictJar } from '../support/http/strict-jar.js';

const HOUR = 3_600_000;
const MAX_OCTETS = 1_024;

/** fast-check's own `binary` takes a second to be set up. */
const anyCharacter = fc.integer({ min: 0, max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code));

/** Mostly right ones, and some that are almost right or hostile. */
function text(right: readonly string[], wrong: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...right) },
    { weight: 2, arbitrary: fc.constantFrom(...wrong) },
    { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...right), fc.string({ maxLength: 3 })).map(([a, b]) => a + b) },
  );
}

const names = [
  'sid',
  '__Host-sid',
  '__host-sid',
  '__Secure-sid',
  '__SECURE-x',
  '__Http-sid',
  '__Host-Http-sid',
  '__hOsT-',
];
const tooLong = 'x'.repeat(MAX_OCTETS + 1);

const options: fc.Arbitrary<SessionCookieOptions> = fc.record(
  {
    name: text([...names, 'x'.repeat(MAX_OCTETS)], ['a b', 'a=b', 'sid\r\nX: y', 'größe', '', tooLong]),
    path: text(['/', '/app', '/a b'], ['/a;b', 'app', '', '/ü', '/a\r\nX: y', `/${tooLong}`]),
    domain: text(['example.org', '.example.org', 'EXAMPLE.org'], ['example.org; Secure', 'a\nb', '-', tooLong]),
    httpOnly: fc.boolean(),
    sameSite: fc.constantFrom(...(['strict', 'lax', 'none', false] as const)),
    secure: fc.constantFrom(...([true, false, 'auto'] as const)),
    partitioned: fc.boolean(),
    persistent: fc.boolean(),
  },
  { requiredKeys: [] },
);

function resolved(cookie: SessionCookieOptions): ResolvedCookie | undefined {
  try {
    return resolveCookie(cookie, HOUR);
  } catch (error) {
    expect(error).toBeInstanceOf(SessionsConfigError);
    return undefined;
  }
}

describe('Options of the cookie, whatever they are,', () => {
  const clock = new ManualClock(Date.UTC(2030, 0, 1));

  it.each([true, false])(
    'are refused, or make a cookie that a browser keeps and that is gone when it is expired (TLS: %s)',
    (isSecure) => {
      let kept = 0;
      fc.assert(
        fc.property(options, (cookie) => {
          const settings = resolved(cookie);
          if (settings === undefined) return;
          const writer = new CookieWriter(settings, clock);
          const request = { isSecure, path: undefined };
          if (!writer.isAccepted(request)) return;
          const jar = new StrictJar(isSecure);
          const id = generateSessionId();
          const expiresAt = clock.now() + HOUR;
          jar.receive(writer.write({ kind: 'set', id, expiresAt }, request));
          expect(jar.values).toEqual([id]);
          jar.receive(writer.write({ kind: 'expire' }, request));
          expect(jar.values).toEqual([]);
          kept += 1;
        }),
        { numRuns: 3_000, seed: 6_265 },
      );
      expect(kept).toBeGreaterThan(200);
    },
  );
});
