import { spawnApp } from '../support/processes/child-process.js';
import { often } from '../support/models/long-form.js';
import { sharedStoreKinds, storeKinds, type StorePlace } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

const paths = [
  '/visits',
  '/naive-visits?pause=1',
  '/naive-visits?pause=3',
  '/session',
  '/visits?pause=2',
  '/naive-visits',
];
/** The login comes at each place among them. */
const ROUNDS = often(paths.length + 1);

function start(place: StorePlace): Promise<TestApp> {
  return TestApp.start({ controllers: [VisitsController], sessions: { store: place.open() } });
}

/** A browser logs in with six other requests under way, and takes every cookie in the order in which the answers come. */
async function logIn(app: TestApp, urls: readonly string[], round: number): Promise<void> {
  const browser = app.browser();
  await browser.post('/visits');
  const old = browser.clone();
  const before = paths.slice(0, round % (paths.length + 1));
  const all = [...before, '/login', ...paths.slice(before.length)];
  const replies = await Promise.all(
    all.map(async (path, n) => {
      const client = browser.at(urls[(n + round) % urls.length] ?? app.url);
      return path === '/session' ? client.get(path) : client.post(path);
    }),
  );

  // What changed something under the old id, behind the login, is told that this is not stored; nothing else fails.
  const refused = replies.filter(({ status }) => status >= 400);
  expect(refused.map(({ status, setCookies }) => [status, setCookies])).toEqual(refused.map(() => [409, []]));
  expect(replies[all.indexOf('/login')]!.status).toBe(201);
  expect((await browser.get('/session')).json()).toMatchObject({ user: 'ann', visits: expect.any(Number) });
  expect((await old.get('/session')).json()).toEqual({});
}

describe.each(storeKinds)('A browser that logs in with six requests in flight, on $name', (kind) => {
  let place: StorePlace;
  let app: TestApp;

  beforeEach(async () => {
    place = await kind.prepare();
    app = await start(place);
  });

  afterEach(async () => {
    await app.close();
    await place.dispose();
  });

  it('always ends up logged in, and the old id is dead', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await logIn(app, [app.url], round);
    }
  });

  if (sharedStoreKinds.includes(kind)) {
    it('always ends up logged in, also when two processes serve it', async () => {
      const other = await spawnApp(new URL('./apps/visits.app.ts', import.meta.url), { env: { STORE: place.spec } });
      for (let round = 0; round < ROUNDS; round += 1) {
        await logIn(app, [app.url, other.ready], round);
      }
    });
  }
});
