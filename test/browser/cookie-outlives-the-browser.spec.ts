import { minutes, type SessionsModuleOptions } from 'nestjs-sessions';
import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserContext } from 'playwright-core';
import { openBrowser, openProfile } from '../support/servers/chromium.js';
import { startPages } from '../support/http/pages-app.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

async function logIn(browser: BrowserContext, url: string): Promise<void> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: 'Log in' }).click();
  expect(await page.textContent('h1')).toBe('Hello ann');
}

async function greeting(browser: BrowserContext, url: string): Promise<string | null> {
  const page = await browser.newPage();
  await page.goto(`${url}/account`);
  return page.textContent('h1');
}

async function expiryOf(browser: BrowserContext): Promise<number> {
  const cookies = await browser.cookies();
  expect(cookies).toHaveLength(1);
  return cookies[0]!.expires;
}

describe('A browser that is closed and started again', () => {
  it.each<[boolean, string, string]>([
    [true, 'is still logged in', 'Hello ann'],
    [false, 'is not logged in any more', 'Hello stranger'],
  ])('with cookie.persistent: %s %s', async (persistent, _, expected) => {
    const { url } = await startPages({ sessions: { cookie: { persistent } } });
    const profile = await temporaryDirectory();
    const before = await openProfile(profile);
    await logIn(before, url);
    await before.close();
    const after = await openProfile(profile);

    expect(await greeting(after, url)).toBe(expected);
  });
});

describe('The expiry of the cookie in the browser', () => {
  it('moves with use, when a tenth of the timeout has passed', async () => {
    let now = Date.now();
    const sessions: SessionsModuleOptions = { clock: { now: () => now }, timeout: minutes(60) };
    const { url } = await startPages({ sessions });
    const browser = await openBrowser();
    await logIn(browser, url);
    const first = await expiryOf(browser);
    await pause(1_100);

    now += minutes(6);
    await greeting(browser, url);
    expect(await expiryOf(browser)).toBe(first);

    now += 1;
    await greeting(browser, url);
    expect(await expiryOf(browser)).toBeGreaterThan(first + 1);
    expect(first).toBeCloseTo(Date.now() / 1_000 + 3_600, -2);
  });
});
