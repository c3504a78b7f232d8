import type { Page } from 'playwright-core';
import { startSample } from '../support/processes/sample.js';
import { openBrowser } from '../support/servers/chromium.js';
import { freePort } from '../support/servers/free-port.js';

describe('The sample with passport, flash messages and CSRF tokens', () => {
  let page: Page;
  let url: string;

  const press = (name: string): Promise<void> => page.getByRole('button', { name }).click();
  const said = (): Promise<string> => page.getByRole('status').innerText();

  async function logIn(password: string): Promise<void> {
    await page.getByLabel('Name').fill('Ann <3');
    await page.getByLabel('Password').fill(password);
    await press('Log in');
  }

  beforeAll(async () => {
    const port = await freePort();
    await startSample('08-passport', { PORT: String(port) });
    url = `http://127.0.0.1:${port}`;
  });

  beforeEach(async () => {
    page = await (await openBrowser()).newPage();
    await page.goto(url);
  });

  it('logs in, shows the message once, and logs out', async () => {
    await logIn('secret');
    expect(await said()).toBe('You are logged in.');
    expect(await page.locator('strong').innerText()).toBe('Ann <3');

    await page.reload();
    expect(await page.getByRole('status').count()).toBe(0);
    expect(await page.locator('strong').innerText()).toBe('Ann <3');

    await press('Log out');
    expect(await said()).toBe('You are logged out.');
    expect(await page.getByRole('button', { name: 'Log in' }).isVisible()).toBe(true);
  });

  it('tells who has a wrong password', async () => {
    await logIn('wrong');

    expect(await said()).toBe('Name and password do not match.');
    expect(await page.locator('strong').count()).toBe(0);
  });

  it('refuses a form whose token is of another session', async () => {
    await page.context().clearCookies();
    await logIn('secret');

    expect(await page.locator('strong').count()).toBe(0);
  });
});
