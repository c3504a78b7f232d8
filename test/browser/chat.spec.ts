import { WsAdapter } from '@nestjs/platform-ws';
import type { BrowserContext, Page } from 'playwright-core';
import { startSampleApp, type SampleApp } from '../support/http/sample-app.js';
import { openBrowser } from '../support/servers/chromium.js';

describe('The chat sample', () => {
  let sample: SampleApp;
  let browser: BrowserContext;

  beforeEach(async () => {
    sample = await startSampleApp({ name: '07-chat', configure: (app) => app.useWebSocketAdapter(new WsAdapter(app)) });
    browser = await openBrowser();
  });
  afterEach(() => sample.close());

  const status = (page: Page, text: string): Promise<void> => page.locator('#status', { hasText: text }).waitFor();
  const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name }).click();

  async function open(by = browser): Promise<Page> {
    const page = await by.newPage();
    await page.goto(sample.url);
    return page;
  }

  async function logIn(page: Page, name: string): Promise<void> {
    await page.getByLabel('Your name').fill(name);
    await press(page, 'Log in');
    await status(page, `Connected as ${name}`);
  }

  async function say(page: Page, text: string): Promise<void> {
    await page.getByLabel('Say something').fill(text);
    await press(page, 'Send');
  }

  it('closes the socket of one tab when its user logs out in another, and of nobody else', async () => {
    const first = await open();
    await logIn(first, 'Ann');
    const second = await open();
    await status(second, 'Connected as Ann');
    const stranger = await open(await openBrowser());
    await logIn(stranger, 'Bob');

    await press(second, 'Log out');
    for (const page of [first, second]) {
      await status(page, 'You are logged out: the session has ended');
      await page.getByLabel('Your name').waitFor();
      expect(await page.locator('#chat').isVisible()).toBe(false);
    }
    await say(stranger, 'Who is here?');
    await stranger.getByText('Bob: Who is here?').waitFor();
    expect(await stranger.locator('#status').innerText()).toBe('Connected as Bob');
  });

  it('sends what is said to every tab, and counts it in the session', async () => {
    const ann = await open();
    await logIn(ann, 'Ann');
    const bob = await open(await openBrowser());
    await logIn(bob, 'Bob');
    await say(ann, 'Hello');
    await bob.getByText('Ann: Hello').waitFor();
    await say(ann, 'Hello?');
    await bob.getByText('Ann: Hello?').waitFor();
    await say(bob, 'Hello');
    await ann.getByText('Bob: Hello').waitFor();

    expect([await ann.locator('#said').innerText(), await bob.locator('#said').innerText()]).toEqual(['2', '1']);
  });

  it('lets its user log in again, with a socket of the new session', async () => {
    const page = await open();
    await logIn(page, 'Ann');
    await press(page, 'Log out');
    await status(page, 'You are logged out');
    await logIn(page, 'Ann');
    await say(page, 'Here again');
    await page.getByText('Ann: Here again').waitFor();
  });
});
