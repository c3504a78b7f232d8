import { days, minutes, type SessionCookieOptions, type SessionsModuleOptions } from 'nestjs-sessions';
import { parseCookieLine } from '../support/http/cookie-line.js';
import { startNotes } from '../support/http/notes-app.js';

const now = Date.UTC(2030, 0, 1);
const EXPIRY = 'Max-Age=3600; Expires=Tue, 01 Jan 2030 01:00:00 GMT; ';
const overTls = { 'x-forwarded-proto': 'https' };

/** What is sent for a cookie with these options. */
async function headerOf(options: SessionsModuleOptions, headers: Record<string, string> = {}): Promise<string> {
  const app = await startNotes({
    sessions: { clock: { now: () => now }, ...options },
    trustsProxies: true,
  });
  const { setCookies } = await app.browser().post('/notes', { a: 1 }, { headers });
  expect(setCookies.length).toBeLessThan(2);
  return setCookies[0]?.replace(/=[A-Za-z0-9_-]{43};/, '=ID;') ?? 'nothing';
}

async function errorOf(options: unknown): Promise<string> {
  try {
    await startNotes({ sessions: options as SessionsModuleOptions });
  } catch (error) {
    expect(error).toMatchObject({ code: 'SESSIONS_CONFIG' });
    return (error as Error).message;
  }
  return 'accepted';
}

describe('The cookie is sent exactly as', () => {
  it.each<[SessionCookieOptions, string]>([
    [{}, `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax`],
    [{ name: 'sid' }, `sid=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax`],
    [{ name: "!#$%&'*+-.^_`|~0Az" }, `!#$%&'*+-.^_\`|~0Az=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax`],
    [{ path: '/app' }, `session_id=ID; ${EXPIRY}Path=/app; HttpOnly; SameSite=Lax`],
    [{ path: '/a b/ü'.replace('ü', '%C3%BC') }, `session_id=ID; ${EXPIRY}Path=/a b/%C3%BC; HttpOnly; SameSite=Lax`],
    [{ domain: 'example.org' }, `session_id=ID; ${EXPIRY}Path=/; Domain=example.org; HttpOnly; SameSite=Lax`],
    [{ domain: '.example.org' }, `session_id=ID; ${EXPIRY}Path=/; Domain=.example.org; HttpOnly; SameSite=Lax`],
    [{ httpOnly: false }, `session_id=ID; ${EXPIRY}Path=/; SameSite=Lax`],
    [{ sameSite: 'strict' }, `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Strict`],
    [{ sameSite: false }, `session_id=ID; ${EXPIRY}Path=/; HttpOnly`],
    [{ persistent: false }, 'session_id=ID; Path=/; HttpOnly; SameSite=Lax'],
    [{ secure: false }, `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax`],
    [{ secure: true }, 'nothing'],
    [
      { name: 's', path: '/p', domain: 'd.org', httpOnly: false, sameSite: false, persistent: false, secure: false },
      's=ID; Path=/p; Domain=d.org',
    ],
  ])('%j say, over plain HTTP', async (cookie, expected) => {
    expect(await headerOf({ cookie })).toBe(expected);
  });

  it.each<[SessionCookieOptions, string]>([
    [{}, `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax; Secure`],
    [{ secure: true }, `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax; Secure`],
    [{ secure: false }, `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax`],
    [{ secure: true, sameSite: 'none' }, `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=None; Secure`],
    [
      { secure: true, partitioned: true },
      `session_id=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax; Partitioned; Secure`,
    ],
    [{ name: '__Host-sid', secure: true }, `__Host-sid=ID; ${EXPIRY}Path=/; HttpOnly; SameSite=Lax; Secure`],
    [
      { name: '__Host-sid', secure: true, sameSite: 'none', partitioned: true, persistent: false },
      '__Host-sid=ID; Path=/; HttpOnly; SameSite=None; Partitioned; Secure',
    ],
    [
      { name: '__Secure-sid', secure: true, domain: 'd.org', path: '/x', persistent: false },
      '__Secure-sid=ID; Path=/x; Domain=d.org; HttpOnly; SameSite=Lax; Secure',
    ],
    [
      { name: '__Secure-sid', secure: true, httpOnly: false, persistent: false },
      '__Secure-sid=ID; Path=/; SameSite=Lax; Secure',
    ],
    [{ name: 'my__Host-', secure: false, persistent: false }, 'my__Host-=ID; Path=/; HttpOnly; SameSite=Lax'],
  ])('%j say, behind a proxy that ends TLS', async (cookie, expected) => {
    expect(await headerOf({ cookie }, overTls)).toBe(expected);
  });

  it.each<[SessionsModuleOptions, string]>([
    [{ timeout: 500 }, 'Max-Age=1; Expires=Tue, 01 Jan 2030 00:00:00 GMT'],
    [{ timeout: 1_500 }, 'Max-Age=2; Expires=Tue, 01 Jan 2030 00:00:01 GMT'],
    [{ timeout: minutes(5) }, 'Max-Age=300; Expires=Tue, 01 Jan 2030 00:05:00 GMT'],
    [{ timeout: minutes(60), absoluteTimeout: minutes(5) }, 'Max-Age=300; Expires=Tue, 01 Jan 2030 00:05:00 GMT'],
    [{ timeout: days(400) }, 'Max-Age=34560000; Expires=Wed, 05 Feb 2031 00:00:00 GMT'],
  ])('%j say: how long it lives', async (options, expected) => {
    expect(await headerOf(options)).toContain(`; ${expected}; `);
  });
});

describe('A cookie that browsers would drop is refused at start-up:', () => {
  it.each<[SessionCookieOptions | object, RegExp]>([
    [{ name: '' }, /^cookie\.name must be a cookie name/],
    [{ name: 'a b' }, /^cookie\.name must be/],
    [{ name: 'a;b' }, /^cookie\.name must be/],
    [{ name: 'a=b' }, /^cookie\.name must be/],
    [{ name: 'a\r\nSet-Cookie: x' }, /^cookie\.name must be/],
    [{ name: 'größe' }, /^cookie\.name must be/],
    [{ name: 5 }, /^cookie\.name must be/],
    [{ path: '' }, /^cookie\.path must be a path that begins with '\/'/],
    [{ path: 'app' }, /^cookie\.path must be/],
    [{ path: '/a;b' }, /^cookie\.path must be/],
    [{ path: '/a ' }, /^cookie\.path must be/],
    [{ path: '/a\nb' }, /^cookie\.path must be/],
    [{ path: '/ü' }, /^cookie\.path must be/],
    [{ path: null }, /^cookie\.path must be/],
    [{ domain: '' }, /^cookie\.domain must be a domain name/],
    [{ domain: 'a b' }, /^cookie\.domain must be/],
    [{ domain: 'http://example.org' }, /^cookie\.domain must be/],
    [{ domain: 'example.org; Secure' }, /^cookie\.domain must be/],
    [{ pathHeader: 'x header' }, /^cookie\.pathHeader must be the name of a request header/],
    [{ pathHeader: '' }, /^cookie\.pathHeader must be/],
    [{ httpOnly: 'yes' }, /^cookie\.httpOnly must be true or false/],
    [{ httpOnly: null }, /^cookie\.httpOnly must be/],
    [{ sameSite: 'Lax' }, /^cookie\.sameSite must be one of 'strict', 'lax', 'none', false/],
    [{ sameSite: true }, /^cookie\.sameSite must be/],
    [{ secure: 'yes' }, /^cookie\.secure must be one of true, false, 'auto'/],
    [{ persistent: 1 }, /^cookie\.persistent must be true or false/],
    [{ partitioned: 'true' }, /^cookie\.partitioned must be true or false/],
    [{ maxAge: 5 }, /^cookie has no option "maxAge"/],
    [{ sameSite: 'none' }, /cookie\.sameSite 'none' demands cookie\.secure: true/],
    [{ sameSite: 'none', secure: false }, /cookie\.sameSite 'none' demands/],
    [{ sameSite: 'none', secure: 'auto' }, /cookie\.sameSite 'none' demands/],
    [{ partitioned: true }, /cookie\.partitioned demands cookie\.secure: true/],
    [{ name: '__Host-sid' }, /^cookie\.name begins with __Host-: the cookie must have secure: true/],
    [{ name: '__Host-sid', secure: 'auto' }, /must have secure: true/],
    [{ name: '__Host-sid', secure: true, path: '/app' }, /must have path: '\/', no domain and no pathHeader/],
    [{ name: '__Host-sid', secure: true, domain: 'example.org' }, /must have path: '\/', no domain/],
    [{ name: '__Host-sid', secure: true, pathHeader: 'x-path' }, /must have path: '\/', no domain and no pathHeader/],
    [{ name: '__HOST-sid', secure: true, path: '/app' }, /must have path: '\/'/],
    [{ name: '__Secure-sid' }, /^cookie\.name begins with __Secure-: the cookie must have secure: true/],
    [{ name: '__secure-sid', secure: false }, /must have secure: true/],
    [{ name: '__Http-sid' }, /must have secure: true/],
    [{ name: '__Http-sid', secure: true, httpOnly: false }, /must have httpOnly: true/],
    [{ name: '__Host-Http-sid', secure: true, httpOnly: false }, /must have httpOnly: true/],
    [{ name: '__Host-Http-sid', secure: true, path: '/app' }, /must have path: '\/'/],
  ])('%j', async (cookie, message) => {
    expect(await errorOf({ cookie })).toMatch(message);
  });

  it.each(['name', 'path', 'domain'])('a %s of more than 1024 octets', async (attribute) => {
    const long = 'x'.repeat(1_024);

    expect(await errorOf({ cookie: { [attribute]: `/${long}` } })).toMatch(
      new RegExp(`^cookie\\.${attribute} must be`),
    );
    expect(await errorOf({ cookie: { [attribute]: `${long}x` } })).toMatch(
      new RegExp(`^cookie\\.${attribute} must be`),
    );
  });

  it('a life of more than 400 days, unless the cookie ends with the browser', async () => {
    const timeout = days(401);

    expect(await errorOf({ timeout })).toMatch(/400 days.*timeout.*cookie\.persistent: false/);
    expect(await errorOf({ timeout, cookie: { persistent: false } })).toBe('accepted');
  });

  it('no configuration that is accepted sends a header that is not a cookie', async () => {
    for (const path of ['/', '/x', '/a,b', '/"q"', '/%3B', '/=']) {
      const header = await headerOf({ cookie: { path, domain: 'EXAMPLE.org' } });
      expect(header).toMatch(/^[\x20-\x7e]+$/);
      expect(parseCookieLine(header).attributes).toHaveLength(6);
    }
  });
});
