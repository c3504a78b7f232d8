import { Browser } from '../support/browser.js';
import { spawnApp } from '../support/child-process.js';
import { openStore, sharedStoreKinds, storeKinds, type StorePlace } from '../support/stores.js';
import { TestApp } from '../support/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

const CLIENTS = 5;
const VISITS = 30;

async function start(place: StorePlace): Promise<TestApp> {
  return TestApp.start({ controllers: [VisitsController], sessions: { store: openStore(place.spec) } });
}

/** One visitor whose browser has many requests under way, over all of the processes. */
async function visit(urls: readonly string[], route: string): Promise<number> {
  const [first = ''] = urls;
  const visitor = new Browser(first);
  await visitor.post('/visits');
  const clients = Array.from({ length: CLIENTS }, (_, n) => visitor.at(urls[n % urls.length] ?? first));
  const refused: number[] = [];
  await Promise.all(
    clients.map(async (client) => {
      for (let n = 0; n < VISITS; n += 1) {
        const { status } = await client.post(route);
        if (status !== 201) refused.push(status);
      }
    }),
  );
  expect(refused).toEqual([]);
  return (await visitor.get('/session')).json<{ visits: number }>().visits;
}

describe.each(storeKinds)('Visits of one session on $name', (kind) => {
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

  it('are all counted under the lock, which is the default', async () => {
    expect(await visit([app.url], '/visits?pause=2')).toBe(1 + CLIENTS * VISITS);
  });

  it('get lost without it: what the test above finds is not there by chance', async () => {
    expect(await visit([app.url], '/naive-visits?pause=2')).toBeLessThan(1 + CLIENTS * VISITS);
  });
});

describe.each(sharedStoreKinds)('Visits of one session in two processes on $name', (kind) => {
  let place: StorePlace;
  let urls: string[];
  let app: TestApp;

  beforeAll(async () => {
    place = await kind.prepare();
    app = await start(place);
    const other = await spawnApp(new URL('./apps/visits.app.ts', import.meta.url), { env: { STORE: place.spec } });
    urls = [app.url, other.ready];
  });

  afterAll(async () => {
    await app.close();
    await place.dispose();
  });

  it('are all counted under the lock', async () => {
    expect(await visit(urls, '/visits?pause=2')).toBe(1 + CLIENTS * VISITS);
  });

  it('get lost without it', async () => {
    expect(await visit(urls, '/naive-visits?pause=2')).toBeLessThan(1 + CLIENTS * VISITS);
  });
});
