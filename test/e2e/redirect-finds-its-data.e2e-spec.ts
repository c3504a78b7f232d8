import { Browser } from '../support/http/browser.js';
import { spawnApp } from '../support/processes/child-process.js';
import { often } from '../support/models/long-form.js';
import type { Platform } from '../support/http/platforms.js';
import { onPlatforms } from '../support/http/stores-on-platforms.js';
import { sharedStoreKinds, storeKinds, type StorePlace } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';
import { FlashController } from './apps/flash.controller.js';

const ROUNDS = often(5);
const ROUTES = ['/decorator', '/by-hand', '/login'];

/** Posts here and follows the redirect there, again and again, as a browser does whose requests are spread by a balancer. */
async function messagesAfter(route: string, here: string, there: string): Promise<[number[], unknown[]]> {
  const visitor = new Browser(here);
  const [sent, found]: [number[], unknown[]] = [[], []];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { status, headers } = await visitor.post(route);
    expect(status).toBe(303);
    const next = new Browser(there);
    const reply = await next.get(headers.get('location') ?? '', { headers: { cookie: visitor.cookieHeader } });
    sent.push(round);
    found.push(reply.json<{ message: unknown }>().message);
  }
  return [sent, found];
}

function start(place: StorePlace, platform: Platform): Promise<TestApp> {
  return TestApp.start({ platform, controllers: [FlashController], sessions: { store: place.open() } });
}

describe.each(onPlatforms(storeKinds))(
  'The page that a redirect leads to finds what was set before it on $name',
  ({ kind, platform }) => {
    let place: StorePlace;
    let app: TestApp;

    beforeEach(async () => {
      place = await kind.prepare();
      app = await start(place, platform);
    });
    afterEach(async () => {
      await app.close();
      await place.dispose();
    });

    it.each(ROUTES)('%s', async (route) => {
      const [sent, found] = await messagesAfter(route, app.url, app.url);

      expect(found).toEqual(sent);
    });

    if (!sharedStoreKinds.includes(kind)) return;

    it('also when another process serves that page, whichever way it was redirected', async () => {
      const file = new URL('./apps/flash.app.ts', import.meta.url);
      const { ready: there } = await spawnApp(file, { env: { STORE: place.spec } });
      let before = 0;
      for (const route of ROUTES) {
        const [sent, found] = await messagesAfter(route, app.url, there);
        expect(found).toEqual(sent.map((round) => before + round));
        before += sent.length;
      }
    });
  },
);
