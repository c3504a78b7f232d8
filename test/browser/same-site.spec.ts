import { All, Controller, Param } from '@nestjs/common';
import { Session, type SessionCookieOptions } from 'nestjs-sessions';
import type { Page } from 'playwright-core';
import { openLenientBrowser } from '../support/servers/chromium.js';
import { gate } from '../support/http/gates.js';
import { startPages } from '../support/http/pages-app.js';
import { TlsProxy } from '../support/servers/tls-proxy.js';

/** Who came, by the way in which the request was made. */
const seen = new Map<string, string>();
const hasCome = (how: string): string => `a request by ${how} has come`;

@Controller('by')
class Arrivals {
  @All(':how')
  arrive(@Session('user') user: string | undefined, @Param('how') how: string): string {
    seen.set(how, user ?? 'nobody');
    void gate(hasCome(how)).pass();
    return 'done';
  }
}

/** What a page can do to have the browser send a request to another site. */
const ways: Record<string, (page: Page, target: string) => Promise<unknown>> = {
  link: async (page, target) => {
    await page.setContent(`<a href="${target}">Go</a>`);
    await page.getByRole('link').click();
  },
  form: async (page, target) => {
    await page.setContent(`<form method="post" action="${target}"><button>Go</button></form>`);
    await page.getByRole('button').click();
  },
  image: (page, target) => page.setContent(`<img src="${target}">`, { waitUntil: 'commit' }),
  frame: (page, target) => page.setContent(`<iframe src="${target}"></iframe>`, { waitUntil: 'commit' }),
  fetch: (page, target) =>
    page.evaluate((url) => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }).then(), target),
};

describe.each<['lax' | 'strict' | 'none', string, readonly string[]]>([
  ['lax', 'by a link alone', ['link']],
  ['strict', 'in no way', []],
  ['none', 'in every way', Object.keys(ways)],
])('A visitor with sameSite %s whom another site sends is recognised', (sameSite, summary, recognised) => {
  it(summary, async () => {
    const cookie: SessionCookieOptions = { sameSite, secure: true };
    const app = await startPages({ controllers: [Arrivals], sessions: { cookie }, trustsProxies: true });
    const proxy = await TlsProxy.start(app.url);
    const page = await (await openLenientBrowser()).newPage();
    await page.goto(proxy.url('shop.test'));
    await page.getByRole('button', { name: 'Log in' }).click();

    async function visitFrom(host: string, way: string): Promise<string | undefined> {
      const how = `${way}-from-${host}-${sameSite}`;
      await page.goto(proxy.url(host));
      await ways[way]?.(page, `${proxy.url('shop.test')}/by/${how}`);
      await gate(hasCome(how)).reached;
      return seen.get(how);
    }
    const visitors: Record<string, string | undefined> = {};
    for (const way of Object.keys(ways)) visitors[way] = await visitFrom('other.test', way);

    const expected = Object.keys(ways).map((way) => [way, recognised.includes(way) ? 'ann' : 'nobody']);
    expect(visitors).toEqual(Object.fromEntries(expected));
    expect(await visitFrom('of.shop.test', 'form')).toBe('ann');
  });
});
