import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from '../support/servers/chromium.js';
import { startPages } from '../support/http/pages-app.js';

describe('A visitor who has logged out', () => {
  let url: string;
  let browser: BrowserContext;
  let page: Page;

  const greeting = (): Promise<string | null> => page.textContent('h1');
  const press = (button: string): Promise<void> => page.getByRole('button', { name: button }).click();

  beforeEach(async () => {
    ({ url } = await startPages());
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(url);
    await press('Log in');
    expect(await greeting()).toBe('Hello ann');
  });

  it('has no cookie, and is a stranger', async () => {
    await press('Log out');
    expect(await browser.cookies()).toEqual([]);

    await page.goto(`${url}/account`);
    expect(await greeting()).toBe('Hello stranger');
  });

  it('is not logged in by the forms of a page that was opened before', async () => {
    const old = await browser.newPage();
    await old.goto(`${url}/account`);
    await press('Log out');
    await old.getByRole('button', { name: 'Add a note' }).click();

    expect(await old.textContent('body')).toContain('Unauthorized');
    expect(await browser.cookies()).toEqual([]);
  });

  it('is not logged in by the old cookie', async () => {
    const stolen = await browser.cookies();
    await press('Log out');
    await browser.addCookies(stolen);
    await page.goto(`${url}/account`);

    expect(await greeting()).toBe('Hello stranger');
    await press('Add a note');
    expect(await page.textContent('body')).toContain('Conflict');
  });

  it('logs in again as anybody does, under another id', async () => {
    const [before] = await browser.cookies();
    await press('Log out');
    await press('Log in');
    const [after] = await browser.cookies();

    expect(await greeting()).toBe('Hello ann');
    expect(after?.value).not.toBe(before?.value);
  });
});
