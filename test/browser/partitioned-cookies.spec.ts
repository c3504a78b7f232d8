import { Controller, Get, Header } from '@nestjs/common';
import { Session, type SessionCookieOptions } from 'nestjs-sessions';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser, openLenientBrowser } from '../support/servers/chromium.js';
import { TestApp } from '../support/http/test-app.js';
import { TlsProxy } from '../support/servers/tls-proxy.js';

@Controller()
class Widget {
  @Get('widget')
  @Header('Content-Type', 'text/html')
  widget(@Session() session: Session): string {
    session.set('visits', (session.get('visits') ?? 0) + 1);
    return `<p>${session.get('visits')}</p>`;
  }
}

const shared: SessionCookieOptions = { secure: true, sameSite: 'none' };
const partitioned: SessionCookieOptions = { ...shared, name: '__Host-session', partitioned: true };

describe('A page that other sites embed', () => {
  let app: TestApp;
  let page: Page;
  let proxy: TlsProxy;

  async function start(cookie: SessionCookieOptions, browser: Promise<BrowserContext>): Promise<void> {
    app = await TestApp.start({
      forceCloseConnections: true,
      controllers: [Widget],
      sessions: { cookie },
      trustsProxies: true,
    });
    proxy = await TlsProxy.start(app.url);
    page = await (await browser).newPage();
  }

  /** What the page says on the site of the host: by itself, or in a frame. */
  async function visitOn(host: string): Promise<number> {
    const widget = `${proxy.url('shop.test')}/widget`;
    if (host === 'shop.test') {
      await page.goto(widget);
      return Number(await page.textContent('p'));
    }
    await page.goto(`${proxy.url(host)}/nothing`);
    await page.setContent(`<iframe src="${widget}"></iframe>`);
    return Number(await page.frameLocator('iframe').locator('p').textContent());
  }

  async function visits(...hosts: readonly string[]): Promise<number[]> {
    const counts: number[] = [];
    for (const host of hosts) counts.push(await visitOn(host));
    return counts;
  }

  afterEach(() => app.close());

  it('has one session on all of them without cookie.partitioned, in a browser that allows it', async () => {
    await start(shared, openLenientBrowser());

    expect(await visits('shop.test', 'other.test', 'third.test', 'shop.test')).toEqual([1, 2, 3, 4]);
  });

  it('has none on other sites without it, in a browser that does not', async () => {
    await start(shared, openBrowser());

    expect(await visits('shop.test', 'other.test', 'other.test', 'shop.test')).toEqual([1, 1, 1, 2]);
  });

  it.each<[string, () => Promise<BrowserContext>]>([
    ['allows that', openLenientBrowser],
    ['does not', openBrowser],
  ])('has one for each of them with it, in a browser that %s', async (_, open) => {
    await start(partitioned, open());

    expect(await visits('shop.test', 'other.test', 'third.test', 'other.test', 'shop.test')).toEqual([1, 1, 1, 2, 2]);
  });
});
