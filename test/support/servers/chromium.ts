import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BrowserContext, chromium, type LaunchOptions } from 'playwright-core';
import { neededProgram } from './needed-program.js';
import { temporaryDirectory } from '../basics/temporary-directory.js';

/*
 * A real browser, without a window: that of `NESTJS_SESSIONS_CHROMIUM` (the path of a Chromium, Chrome or Edge), else a Chromium
 * or Chrome of the PATH; as root on Debian it is installed when there is none. Hosts below `.test` are this machine, and no
 * other host is reached: `shop.test` and `other.test` are two sites.
 */

const HOSTS = 'MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';
const INSTALL_LIMIT = 300_000;
/** The certificates of tests are their own. */
const trusting = { ignoreHTTPSErrors: true };

let options: LaunchOptions;
let newContext: () => Promise<BrowserContext>;
const opened: BrowserContext[] = [];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  options = {
    executablePath: process.env['NESTJS_SESSIONS_CHROMIUM'] ?? (await chromiumInPath()),
    args: ['--disable-gpu', '--disable-quic', `--host-resolver-rules=${HOSTS}`],
    // What it writes beside its profile goes where the test's own files are.
    env: { ...process.env, HOME: await temporaryDirectory() },
  };
  const browser = await chromium.launch(options);
  closing.push(() => browser.close());
  newContext = () => browser.newContext(trusting);
}, INSTALL_LIMIT);

afterEach(async () => {
  for (const browser of opened.splice(0)) await browser.close();
});

afterAll(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A browser with an empty jar and an empty cache, which ends with the test. */
export async function openBrowser(): Promise<BrowserContext> {
  return kept(await newContext());
}

/** A browser whose jar and cache are in this directory, and outlive it. It ends with the test at the latest. */
export async function openProfile(directory: string): Promise<BrowserContext> {
  return kept(await chromium.launchPersistentContext(directory, { ...trusting, ...options }));
}

/** A browser that sends the cookies of a site from pages of other sites, too: most do not, unless their user wants it so. */
export async function openLenientBrowser(): Promise<BrowserContext> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'Default'), { recursive: true });
  const preferences = { profile: { cookie_controls_mode: 0 } };
  await writeFile(join(directory, 'Default', 'Preferences'), JSON.stringify(preferences));
  return openProfile(directory);
}

function chromiumInPath(): Promise<string> {
  return neededProgram({
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    debianPackage: 'chromium',
    advice:
      'install it, or Chrome (apt-get install chromium), so that it is in the PATH, or set NESTJS_SESSIONS_CHROMIUM to the path ' +
      'of either.',
  });
}

function kept(browser: BrowserContext): BrowserContext {
  opened.push(browser);
  return browser;
}
