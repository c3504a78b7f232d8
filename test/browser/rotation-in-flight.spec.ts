import type { BrowserContext, Page } from 'playwright-core';
import { VisitsController } from '../e2e/apps/visits.controller.js';
import { openBrowser } from '../support/servers/chromium.js';
import { gate } from '../support/http/gates.js';
import { environmentNumber } from '../support/models/long-form.js';
import { seededRandom } from '../support/models/seeded-random.js';
import { TestApp } from '../support/http/test-app.js';
import { TlsProxy } from '../support/servers/tls-proxy.js';

const ROUNDS = environmentNumber('NESTJS_SESSIONS_BROWSER_ROUNDS') ?? 40;

/** A request of the page, and the gates before which it stops, in this order. */
interface Call {
  readonly method: string;
  readonly path: string;
  readonly gates: readonly string[];
}

const onItsWay = (path: string): string => `${path} is on its way`;
const onItsWayBack = (path: string): string => `${path} is on its way back`;

function call(method: string, path: string, ...gatesOfHandler: readonly string[]): Call {
  return { method, path, gates: [onItsWay(path), ...gatesOfHandler, onItsWayBack(path)] };
}

/** The login, and six others of all kinds; two of them stop between reading the session and writing it, too. */
function callsOf(round: number): Call[] {
  const held = `held=${round}`;
  const [one, another] = [`${round}-one`, `${round}-another`];
  return [
    call('POST', `/login?${held}`),
    call('POST', `/visits?${held}`),
    call('POST', `/naive-visits?${held}`),
    call('POST', `/visits?pause=1&${held}`),
    call('GET', `/session?${held}`),
    call('POST', `/naive-visits/at/${one}?${held}`, one),
    call('POST', `/naive-visits/at/${another}?${held}`, another),
  ];
}

function passHeld(path: string, name: string): Promise<void> | undefined {
  return path.includes('held=') ? gate(name).pass() : undefined;
}

/** Lets the calls go on from gate to gate, one at a time, in an order that is another with each seed. */
async function goOnInSomeOrder(calls: readonly Call[], random: () => number): Promise<void> {
  const ways = calls.map(({ gates }) => [...gates]);
  const turns = ways.flatMap((way) => way.map(() => way));
  await Promise.all(ways.map(([first = '']) => gate(first).reached));
  while (turns.length > 0) {
    const [way = []] = turns.splice(Math.floor(random() * turns.length), 1);
    gate(way.shift() ?? '').open();
    const [next] = way;
    if (next !== undefined) await gate(next).reached;
  }
}

function fetchAll(page: Page, calls: readonly { method: string; path: string }[]): Promise<string[]> {
  const fetchOne = calls.map(({ method, path }) => ({ method, path }));
  return page.evaluate(
    (requests) =>
      Promise.all(
        requests.map(async ({ path, method }) => {
          const response = await fetch(path, { method });
          return `${response.status} ${await response.text()}`;
        }),
      ),
    fetchOne,
  );
}

async function idOf(browser: BrowserContext): Promise<string> {
  const cookies = await browser.cookies();
  expect(cookies).toHaveLength(1);
  return cookies[0]!.value;
}

describe('A page that logs in with six other requests in flight', () => {
  let app: TestApp;
  let browser: BrowserContext;
  let page: Page;

  beforeEach(async () => {
    app = await TestApp.start({ forceCloseConnections: true, controllers: [VisitsController] });
    const proxy = await TlsProxy.start(app.url, {
      onRequest: (path) => passHeld(path, onItsWay(path)),
      onAnswer: (path) => passHeld(path, onItsWayBack(path)),
    });
    browser = await openBrowser();
    page = await browser.newPage();
    await page.goto(`${proxy.url('shop.test')}/session`);
  });

  afterEach(() => app.close());

  it(`always ends up logged in, and the old id is dead (${ROUNDS} orders)`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await browser.clearCookies();
      await fetchAll(page, [{ method: 'POST', path: '/visits' }]);
      const oldId = await idOf(browser);

      const calls = callsOf(round);
      const answers = fetchAll(page, calls);
      await goOnInSomeOrder(calls, seededRandom(round + 1));
      // What changed something under the old id, behind the login, is told that this is not stored.
      for (const answer of await answers) expect(answer).toMatch(/^(20[01]|409) /);

      const [session = ''] = await fetchAll(page, [{ method: 'GET', path: '/session' }]);
      expect(`round ${round}: ${session}`).toContain('"user":"ann"');
      expect(await idOf(browser)).not.toBe(oldId);
      const replay = await app.browser().get('/session', { headers: { cookie: `session_id=${oldId}` } });
      expect(replay.json()).toEqual({});
    }
  });
});
