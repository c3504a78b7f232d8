import type { Page } from 'playwright-core';
import { openBrowser } from '../support/servers/chromium.js';
import { startSampleApp, type SampleApp } from '../support/http/sample-app.js';

describe('The page of the quick-start sample', () => {
  let sample: SampleApp;
  let page: Page;
  /** What the browser has to say against the page. */
  let complaints: string[];

  const press = (name: string): Promise<void> => page.getByRole('button', { name }).click();
  const text = (selector: string): Promise<string> => page.locator(selector).innerText();
  /** Each action ends with a line beside its button that says what came of it. */
  const outcome = (of: RegExp): Promise<void> => page.getByRole('status').filter({ hasText: of }).waitFor();

  async function logIn(): Promise<void> {
    await page.getByLabel('Your name').fill('Ann');
    await press('Log in');
    await page.getByText('Logged in as Ann').waitFor();
  }

  beforeEach(async () => {
    sample = await startSampleApp();
    page = await (await openBrowser()).newPage();
    complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('response', (response) => {
      if (!response.ok()) complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(sample.url);
    await outcome(/^Visit 1$/);
  });

  afterEach(async () => {
    expect(complaints).toEqual([]);
    await sample.close();
  });

  it('counts visits, by its button and by loading it', async () => {
    await press('Visit again');
    await outcome(/^Visit 2$/);
    await page.reload();
    await outcome(/^Visit 3$/);

    expect(await text('#visits')).toBe('3');
    expect(await text('#data')).toContain('"visits": 3');
  });

  it('shows the cookie that was set, and that scripts see none', async () => {
    expect(await text('#cookie')).toMatch(/^session_id=\(hidden\);\n {2}Max-Age=1200;/);
    expect(await text('#script-cookie')).toBe('nothing');
    expect(await text('#store')).toBe('a MemoryStore');
  });

  it('logs in, with another session than before and the same data, and logs out', async () => {
    await logIn();
    await outcome(/^The session has a new id; the data stayed$/);

    expect(await text('#visits')).toBe('1');
    expect(await page.locator('#login').isVisible()).toBe(false);

    await press('Log out');
    await outcome(/^The session is gone/);
    expect(await page.locator('[role=status]').allInnerTexts()).toEqual([
      '',
      '',
      expect.stringMatching(/^The session is gone/),
    ]);
    expect(await text('#visits')).toBe('0');
    expect(await page.locator('#login').isVisible()).toBe(true);
    expect(await page.context().cookies()).toEqual([]);
  });

  it.each(['with a session', 'without one'])('sends fifty requests at once, %s', async (when) => {
    if (when === 'without one') {
      await logIn();
      await press('Log out');
      await outcome(/^The session is gone/);
    }
    await press('Send 50 to each');
    await outcome(/^50 requests were sent to each route$/);

    expect(await text('#locked')).toBe('50');
    expect(await text('#locked-verdict')).toBe('50 answered, 0 lost');
    expect(Number(await text('#naive'))).toBeLessThan(50);
    expect(await text('#naive-verdict')).toMatch(/^50 answered, [1-9]\d* lost$/);
  });

  it('shows the code that its routes have', async () => {
    const shown = (await text('[aria-label="The code of the route without the lock"]')).split('\n');

    expect(shown.slice(0, 2)).toEqual(["@Post('naive')", "@LockSession('explicit')"]);
  });

  it('copies a command', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('[data-copies="curl-naive"]').click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();

    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await text('#curl-naive'));
  });

  it.each([375, 1280])('fits a window of %i pixels: nothing is cut off', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await page.getByLabel('Your name').fill('the longest name that the field takes...');
    await press('Log in');
    await page.getByText('Logged in as').waitFor();

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(
      await page.evaluate(
        '[...document.querySelectorAll("pre")].filter((pre) => pre.scrollWidth > pre.clientWidth).map((pre) => pre.innerText)',
      ),
    ).toEqual([]);
    const button = await page.getByRole('button', { name: 'Log out' }).boundingBox();
    expect(button?.height).toBeLessThan(48);
  });
});
