import { CookieSignature } from '../../lib/session/cookie/cookie-signature.js';
import { CookieWriter, type CookieSettings } from '../../lib/session/cookie/cookie-writer.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

const clock = new ManualClock(Date.UTC(2030, 0, 1, 0, 0, 0, 400));
const settings: CookieSettings = {
  name: 'sid',
  path: '/',
  domain: undefined,
  httpOnly: true,
  sameSite: 'lax',
  secure: 'auto',
  partitioned: false,
  persistent: true,
};
const plain = { isSecure: false, path: undefined };
const change = { kind: 'set', id: 'the-id', expiresAt: clock.now() + 60_000, isRefresh: false } as const;

describe('the writer of cookies', () => {
  it('writes Max-Age and Expires of one instant', () => {
    expect(new CookieWriter(settings, clock).write(change, plain)).toBe(
      'sid=the-id; Max-Age=60; Expires=Tue, 01 Jan 2030 00:01:00 GMT; Path=/; HttpOnly; SameSite=Lax',
    );
  });

  it('does not confuse the dates of different seconds', () => {
    const writer = new CookieWriter(settings, clock);
    const at = (expiresAt: number): string => writer.write({ ...change, expiresAt }, plain);

    expect(at(Date.UTC(2030, 0, 1, 1, 0, 0))).toContain('Max-Age=3600; Expires=Tue, 01 Jan 2030 01:00:00 GMT');
    expect(at(Date.UTC(2030, 0, 2, 0, 0, 0, 999))).toContain('Max-Age=86401; Expires=Wed, 02 Jan 2030 00:00:00 GMT');
    expect(at(Date.UTC(2030, 0, 1, 1, 0, 0))).toContain('Expires=Tue, 01 Jan 2030 01:00:00 GMT');
  });

  it('writes no expiry into a cookie that ends with the browser', () => {
    expect(new CookieWriter({ ...settings, persistent: false }, clock).write(change, plain)).toBe(
      'sid=the-id; Path=/; HttpOnly; SameSite=Lax',
    );
  });

  it('expires a cookie with the attributes that set it', () => {
    const full: CookieSettings = {
      ...settings,
      domain: 'example.org',
      sameSite: 'none',
      secure: true,
      partitioned: true,
    };
    const attributes = '; Path=/app; Domain=example.org; HttpOnly; SameSite=None; Partitioned; Secure';
    const writer = new CookieWriter(full, clock);
    const request = { isSecure: true, path: '/app' };

    expect(writer.write(change, request)).toMatch(new RegExp(`GMT${attributes}$`));
    expect(writer.write({ kind: 'expire' }, request)).toBe(
      `sid=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT${attributes}`,
    );
  });

  it('follows the connection with secure: auto, and only then', () => {
    const written = (secure: boolean | 'auto', isSecure: boolean): boolean =>
      new CookieWriter({ ...settings, secure }, clock).write(change, { ...plain, isSecure }).includes('; Secure');

    expect(written('auto', true)).toBe(true);
    expect(written('auto', false)).toBe(false);
    expect(written(true, true)).toBe(true);
    expect(written(false, true)).toBe(false);
  });

  it('knows that browsers take a Secure cookie only over a secure connection', () => {
    const accepted = (secure: boolean | 'auto', isSecure: boolean): boolean =>
      new CookieWriter({ ...settings, secure }, clock).isAccepted({ ...plain, isSecure });

    expect(accepted(true, false)).toBe(false);
    expect(accepted(true, true)).toBe(true);
    expect(accepted('auto', false)).toBe(true);
    expect(accepted(false, false)).toBe(true);
  });

  it('signs what it sets, and nothing when it expires', () => {
    const writer = new CookieWriter(settings, clock, new CookieSignature(['secret', 'older']));

    expect(writer.write(change, plain)).toMatch(/^sid=s:the-id\.[A-Za-z0-9+/]{43}; /);
    expect(writer.write({ kind: 'expire' }, plain)).toMatch(/^sid=; /);
  });
});
