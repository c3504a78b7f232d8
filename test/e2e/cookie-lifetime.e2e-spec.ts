import { Controller, Get, Header, Post, Res, type INestApplication } from '@nestjs/common';
import { minutes, MemoryStore, Session, type SessionsModuleOptions } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { parseCookieLine } from '../support/http/cookie-line.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { recordedStore } from '../support/stores/recorded-store.js';

@Controller()
class OtherCookies {
  @Get('others') others(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): string {
    const response = nodeResponse(reply);
    response.appendHeader('Set-Cookie', 'theme=dark');
    session.set('seen', true);
    response.appendHeader('Set-Cookie', 'lang=en');
    return 'done';
  }

  @Get('array') array(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('seen', true);
    nodeResponse(reply).writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']).end();
  }

  @Post('own-caching') @Header('Cache-Control', 'private, max-age=5') ownCaching(@Session() session: Session): void {
    session.set('seen', true);
  }

  @Post('destroy-new') async destroyNew(@Session() session: Session): Promise<void> {
    session.set('a', 1);
    await session.destroy();
  }
}

const start = Date.UTC(2030, 0, 1);

describe.each(PLATFORMS)('A cookie that persists, on %s', (platform) => {
  it('is sent again exactly when the expiry moves, and cookie and record have one instant', async () => {
    let now = start;
    const { store, calls } = recordedStore(new MemoryStore());
    const visitor = (
      await startNotes({ platform, sessions: { store, timeout: minutes(10), clock: { now: () => now } } })
    ).browser();
    const expiries: string[] = [];
    const record = (): number => Number(/"expiresAt":(\d+)/.exec(calls.findLast((c) => c.includes('expiresAt'))!)![1]);

    for (const [path, minute] of [
      ['/notes', 0],
      ['/notes', 1],
      ['/notes', 2.5],
      ['/notes', 3.5],
      ['/login', 3.6],
      ['/notes', 9],
    ] as const) {
      now = start + minutes(minute);
      const { setCookies } = await visitor.post(path, { minute });
      const cookie = setCookies.map((line) => parseCookieLine(line));
      expiries.push(cookie.map(({ attribute }) => attribute('Expires')!.slice(20, 25)).join());
      for (const { attribute } of cookie) {
        expect(Date.parse(attribute('Expires')!)).toBe(record());
        expect(now + Number(attribute('Max-Age')) * 1_000).toBe(record());
      }
    }
    expect(expiries).toEqual(['10:00', '', '12:30', '', '13:36', '19:00']);
  });
});

describe.each(PLATFORMS)('A cookie that does not, on %s', (platform) => {
  it('has no expiry: not at first, not after regenerate(), and it is not sent again in between', async () => {
    let now = start;
    const sessions: SessionsModuleOptions = { cookie: { persistent: false }, clock: { now: () => now } };
    const visitor = (await startNotes({ platform, sessions })).browser();
    const sent: (readonly string[])[] = [];
    for (const path of ['/notes', '/notes', '/login', '/notes', '/login']) {
      now += minutes(30);
      sent.push((await visitor.post(path, { now })).setCookies.map((line) => line.replace(/=.{43};/, '=ID;')));
    }
    const cookie = ['session_id=ID; Path=/; HttpOnly; SameSite=Lax'];
    expect(sent).toEqual([cookie, [], cookie, [], cookie]);
    expect((await visitor.get('/notes')).json()).toMatchObject({ user: 'ann' });
  });
});

/** As a middleware that turns visitors away from one path. */
function forgetful(app: INestApplication): void {
  app.use('/public', (request: { session: Session }, _: unknown, next: () => void) => {
    request.session.expire();
    next();
  });
}

describe.each(PLATFORMS)('The cookie is expired, on %s', (platform) => {
  const EXPIRED = 'session_id=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT';

  it.each(['/logout', '/forget'])('with the attributes that set it: %s', async (path) => {
    const cookie = { path: '/', domain: 'example.org', sameSite: 'strict', persistent: false } as const;
    const visitor = (await startNotes({ platform, sessions: { cookie } })).browser();
    const { setCookies } = await visitor.post('/notes', { a: 1 });
    const attributes = parseCookieLine(setCookies[0]).attributes.join('; ');

    expect((await visitor.post(path)).setCookies).toEqual([`${EXPIRED}; ${attributes}`]);
  });

  it('by expire() alone: the record stays, since that is no logout', async () => {
    const app = await startNotes({ platform });
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const copy = visitor.clone();
    await visitor.post('/forget');

    expect(visitor.cookies.size).toBe(0);
    expect((await copy.get('/notes')).json()).toEqual({ a: 1 });
  });

  it('by expire() also in a request whose session nobody loads: in middleware, before a route that takes none', async () => {
    const app = await startNotes({ platform, configure: forgetful });
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });

    expect((await visitor.get('/public')).setCookies).toEqual([expect.stringContaining(EXPIRED)]);
  });

  it('not where there was none: logging out of nothing sends no cookie', async () => {
    const app = await startNotes({ platform, controllers: [OtherCookies] });

    expect((await app.browser().post('/logout')).setCookies).toEqual([]);
    expect((await app.browser().post('/destroy-new')).setCookies).toEqual([]);
  });
});

describe.each(PLATFORMS)('The path of the cookie, on %s', (platform) => {
  const sessions = { cookie: { path: '/default', pathHeader: 'X-Forwarded-Prefix' } };
  const pathOf = (lines: readonly string[]): string | undefined => parseCookieLine(lines[0]).attribute('Path');

  it.each<[string, string]>([
    ['/app', '/app'],
    ['/', '/'],
    ['app', '/default'],
    ['', '/default'],
    ['/a;b', '/default'],
    ['/a; HttpOnly=no', '/default'],
    ['/\u00fc', '/default'],
  ])('comes from the header %j as %j', async (prefix, expected) => {
    const headers = { 'x-forwarded-prefix': prefix };
    const reply = await (await startNotes({ platform, sessions })).browser().post('/notes', { a: 1 }, { headers });

    expect(pathOf(reply.setCookies)).toBe(expected);
  });

  it('comes from no header that is too long for a cookie', async () => {
    const app = await startNotes({ platform, sessions });
    const pathFor = async (prefix: string): Promise<string | undefined> =>
      pathOf((await app.browser().post('/notes', { a: 1 }, { headers: { 'x-forwarded-prefix': prefix } })).setCookies);
    const longest = `/${'x'.repeat(1_023)}`;

    expect(await pathFor(longest)).toBe(longest);
    expect(await pathFor(`${longest}x`)).toBe('/default');
  });

  it('is the same when the cookie is expired, and the configured one without the header', async () => {
    const visitor = (await startNotes({ platform, sessions })).browser();
    expect(pathOf((await visitor.post('/notes', { a: 1 })).setCookies)).toBe('/default');
    const { setCookies } = await visitor.post('/logout', {}, { headers: { 'x-forwarded-prefix': '/app' } });

    expect(pathOf(setCookies)).toBe('/app');
  });

  it('comes from no header unless the option names one', async () => {
    const headers = { 'path-header': '/app', 'x-forwarded-prefix': '/app' };

    expect(
      pathOf((await (await startNotes({ platform })).browser().post('/notes', { a: 1 }, { headers })).setCookies),
    ).toBe('/');
  });
});

describe.each(PLATFORMS)('Beside the session cookie, on %s', (platform) => {
  it.each([
    ['/others', ['theme=dark', 'lang=en']],
    ['/array', ['a=1', 'b=2']],
  ])('the cookies of the application are kept: %s', async (path, expected) => {
    const { setCookies } = await (await startNotes({ platform, controllers: [OtherCookies] })).browser().get(path);

    expect(setCookies.slice(0, 2)).toEqual(expected);
    expect(setCookies[2]).toMatch(/^session_id=/);
    expect(setCookies).toHaveLength(3);
  });

  it('Cache-Control says no-store, unless the application has said something, and nothing without a cookie', async () => {
    const visitor = (await startNotes({ platform, controllers: [OtherCookies] })).browser();
    const caching = async (path: string): Promise<string | null> =>
      (await visitor.post(path, { a: 1 })).headers.get('cache-control');

    expect(await caching('/own-caching')).toBe('private, max-age=5');
    expect(await caching('/notes')).toBeNull();
    expect(await caching('/login')).toBe('no-store');
    expect(await caching('/logout')).toBe('no-store');
  });
});
