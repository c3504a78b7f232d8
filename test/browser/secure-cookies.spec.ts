import { Sessions, type SessionCookieOptions } from 'nestjs-sessions';
import type { BrowserContext } from 'playwright-core';
import { openBrowser } from '../support/servers/chromium.js';
import { startPages } from '../support/http/pages-app.js';
import { TlsProxy } from '../support/servers/tls-proxy.js';

const always: SessionCookieOptions = { name: '__Host-session', secure: true };

/** Logs in by a browser; gives its jar, and what the next page says. */
async function logIn(browser: BrowserContext, url: string): Promise<{ jar: string[]; text: string | null }> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: 'Log in' }).click();
  const jar = (await browser.cookies()).map(({ name, secure }) => `${name}${secure ? ' Secure' : ''}`);
  return { jar, text: await page.textContent('body') };
}

describe('Behind a proxy that ends TLS', () => {
  async function logInThere(cookie: SessionCookieOptions, trustsProxies: boolean) {
    const app = await startPages({ sessions: { cookie }, trustsProxies });
    const proxy = await TlsProxy.start(app.url);
    return { app, proxy, ...(await logIn(await openBrowser(), proxy.url('shop.test'))) };
  }

  it.each<[string, SessionCookieOptions, string]>([
    ["'auto'", {}, 'session_id Secure'],
    ['true', always, '__Host-session Secure'],
  ])('with trust proxy and secure: %s the visitor is logged in by a Secure cookie', async (_, cookie, expected) => {
    const { app, jar, text } = await logInThere(cookie, true);

    expect(jar).toEqual([expected]);
    expect(text).toContain('Hello ann');
    expect(app.logs.matching(/./, 'warn')).toEqual([]);
  });

  it("without it, secure: 'auto' takes the connection for what the application sees, plain HTTP", async () => {
    const { jar, text } = await logInThere({}, false);

    expect(jar).toEqual(['session_id']);
    expect(text).toContain('Hello ann');
  });

  it('without it, secure: true sends no cookie, stores nothing, and says why', async () => {
    const { app, jar } = await logInThere(always, false);

    expect(jar).toEqual([]);
    expect(await app.nest.get(Sessions).count()).toBe(0);
    expect(app.logs.text).toContain("app.set('trust proxy', 1)");
  });

  it('the cookie stays at home when the same host is visited over plain HTTP', async () => {
    const app = await startPages({ sessions: { cookie: { secure: true } }, trustsProxies: true });
    const proxy = await TlsProxy.start(app.url);
    const browser = await openBrowser();
    await logIn(browser, proxy.url('shop.test'));
    const page = await browser.newPage();
    await page.goto(`${app.url.replace('127.0.0.1', 'shop.test')}/account`);

    expect(await page.textContent('h1')).toBe('Hello stranger');
  });
});
