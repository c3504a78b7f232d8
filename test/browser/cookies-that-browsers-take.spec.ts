import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { SessionsConfigError, type SessionCookieOptions } from 'nestjs-sessions';
import type { Page } from 'playwright-core';
import { resolveCookie } from '../../lib/options/cookie-options.js';
import { systemClock } from '../../lib/session/clock.js';
import { type CookieSettings, CookieWriter } from '../../lib/session/cookie/cookie-writer.js';
import { openBrowser } from '../support/servers/chromium.js';
import { NotesController } from '../support/http/notes-app.js';
import { TestApp } from '../support/http/test-app.js';
import { TlsProxy } from '../support/servers/tls-proxy.js';

const host = { name: '__Host-session', secure: true } as const;
const site = { secure: true, sameSite: 'none' } as const;

function send(page: Page, method: string, path: string): Promise<string> {
  return page.evaluate(
    async ([verb, target]) => {
      const body = verb === 'POST' ? JSON.stringify({ a: 1 }) : null;
      const headers = { 'content-type': 'application/json' };
      return (await fetch(target!, { method: verb!, body, headers })).text();
    },
    [method, path],
  );
}

describe('A browser', () => {
  let app: TestApp | undefined;

  afterEach(() => app?.close());

  async function open(cookie: SessionCookieOptions): Promise<Page> {
    app = await TestApp.start({
      forceCloseConnections: true,
      controllers: [NotesController],
      sessions: { cookie },
      trustsProxies: true,
      configure: (nest) => nest.setGlobalPrefix('app'),
    });
    const proxy = await TlsProxy.start(app.url);
    const page = await (await openBrowser()).newPage();
    await page.goto(`${proxy.url('shop.test')}/app/public`);
    return page;
  }

  it.each<[SessionCookieOptions]>([
    [{}],
    [{ name: 'sid', httpOnly: false, sameSite: 'strict' }],
    [{ sameSite: false, persistent: false }],
    [{ secure: false }],
    [{ path: '/app' }],
    [{ domain: 'shop.test' }],
    [{ domain: '.shop.test', path: '/app', secure: true }],
    [host],
    [{ ...host, persistent: false, sameSite: 'strict' }],
    [{ name: '__Secure-session', secure: true, domain: 'shop.test', path: '/app' }],
    [{ name: '__Http-session', secure: true }],
    [{ name: '__Host-Http-session', secure: true }],
    [site],
    [{ ...site, partitioned: true, domain: 'shop.test', path: '/app' }],
    [{ ...host, ...site, partitioned: true }],
  ])(
    'takes the cookie of the options %j, sends it back, and lets go of it at logout() and expire()',
    async (cookie) => {
      const page = await open(cookie);
      const jar = async (): Promise<string[]> => (await page.context().cookies()).map(({ name }) => name);

      for (const end of ['logout', 'forget']) {
        await send(page, 'POST', '/app/notes');
        expect(await jar()).toEqual([cookie.name ?? 'session_id']);
        expect(await send(page, 'GET', '/app/notes')).toBe('{"a":1}');
        await send(page, 'POST', `/app/${end}`);
        expect([end, await jar()]).toEqual([end, []]);
      }
    },
  );
});

/** Lets tests send what the options refuse. */
let line = '';

@Controller()
class Lines {
  @Get('line') line(@Res({ passthrough: true }) response: Response): string {
    response.appendHeader('Set-Cookie', line);
    return 'done';
  }
}

describe('What the options refuse', () => {
  let app: TestApp;
  let page: Page;

  beforeAll(async () => {
    app = await TestApp.start({ forceCloseConnections: true, controllers: [Lines], sessions: false });
  });

  afterAll(() => app.close());

  beforeEach(async () => {
    const proxy = await TlsProxy.start(app.url);
    page = await (await openBrowser()).newPage();
    await page.goto(`${proxy.url('shop.test')}/line`);
  });

  /** What would be sent, if the options said nothing against it. */
  async function isTaken(cookie: SessionCookieOptions): Promise<boolean> {
    const { sameSite, ...rest } = cookie;
    const settings: CookieSettings = {
      ...resolveCookie({}, 1_000),
      ...rest,
      ...(sameSite === undefined || sameSite === false ? {} : { sameSite }),
    };
    const writer = new CookieWriter(settings, systemClock);
    line = writer.write({ kind: 'set', id: 'x', expiresAt: Date.now() + 60_000 }, { isSecure: true, path: undefined });
    await page.context().clearCookies();
    await page.goto(page.url());
    return (await page.context().cookies()).length > 0;
  }

  it.each<[SessionCookieOptions, SessionCookieOptions]>([
    [
      { name: '__Host-session', secure: false },
      { name: '__Host-session', secure: true },
    ],
    [
      { ...host, path: '/app' },
      { ...host, path: '/' },
    ],
    [{ ...host, domain: 'shop.test' }, host],
    [
      { ...host, name: '__HOST-session', path: '/app' },
      { ...host, name: '__HOST-session' },
    ],
    [
      { name: '__Secure-session', secure: false },
      { name: '__Secure-session', secure: true },
    ],
    [
      { name: '__secure-session', secure: false },
      { name: '__secure-session', secure: true },
    ],
    [
      { name: '__Http-session', secure: true, httpOnly: false },
      { name: '__Http-session', secure: true },
    ],
    [
      { name: '__Host-Http-session', secure: true, httpOnly: false },
      { name: '__Host-Http-session', secure: true },
    ],
    [{ sameSite: 'none', secure: false }, site],
    [
      { partitioned: true, secure: false },
      { partitioned: true, secure: true },
    ],
    [{ domain: 'shop test' }, { domain: 'shop.test' }],
  ])('the browser drops: %j, but not %j', async (refused, accepted) => {
    expect(() => resolveCookie(refused, 1_000)).toThrow(SessionsConfigError);
    expect(await isTaken(refused)).toBe(false);
    expect(await isTaken(accepted)).toBe(true);
  });
});
