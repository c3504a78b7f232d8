import { minutes } from 'nestjs-sessions';
import type { Page } from 'playwright-core';
import { openBrowser } from '../support/servers/chromium.js';
import { startPages } from '../support/http/pages-app.js';

describe('The back button', () => {
  let now: number;
  let page: Page;
  /** How often the application was asked for the page that shows the session. */
  let asked: number;

  const greeting = (): Promise<string | null> => page.textContent('h1');
  const follow = (link: string): Promise<void> => page.getByRole('link', { name: link }).click();
  const press = (button: string): Promise<void> => page.getByRole('button', { name: button }).click();

  beforeEach(async () => {
    now = Date.now();
    asked = 0;
    const { url } = await startPages({
      sessions: { clock: { now: () => now } },
      configure: (app) =>
        app.use('/account', (_: unknown, __: unknown, next: () => void) => {
          asked += 1;
          next();
        }),
    });
    page = await (await openBrowser()).newPage();
    await page.goto(url);
    await press('Log in');
  });

  it('shows nobody who has logged out: the cookie is another one than that of the page in the cache', async () => {
    expect(await greeting()).toBe('Hello ann');
    await press('Log out');
    await page.goBack();

    expect(page.url()).toMatch(/\/account$/);
    expect(await greeting()).toBe('Hello stranger');
  });

  it('shows a page from the cache, but not one that came with a cookie', async () => {
    await follow('Front');
    await page.goBack();
    expect([await greeting(), asked]).toEqual(['Hello ann', 1]);

    now += minutes(10);
    await page.reload();
    await follow('Front');
    await page.goBack();
    expect([await greeting(), asked]).toEqual(['Hello ann', 3]);
  });
});
