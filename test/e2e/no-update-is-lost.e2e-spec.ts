import { spawnApp } from '../support/processes/child-process.js';
import { everyStoreKind, sharedStoreKinds, type StorePlace } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';
import { ALL_VISITS, lostVisits, visitOften } from './apps/visits.client.js';
import { VisitsController } from './apps/visits.controller.js';

/** A machine that is slow refuses nobody. */
const LOCK = { wait: 60_000 };

async function start(place: StorePlace): Promise<TestApp> {
  return TestApp.start({
    controllers: [VisitsController],
    sessions: { store: place.open(), storeTimeout: LOCK.wait, lock: LOCK },
  });
}

describe.each(everyStoreKind)('Visits of one session on $name', (kind) => {
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
    expect(await visitOften([app.url], '/visits?pause=2')).toEqual(ALL_VISITS);
  });

  it('get lost without it: what the test above finds is not there by chance', async () => {
    expect(lostVisits(await visitOften([app.url], '/naive-visits?pause=2'))).toBeGreaterThan(0);
  });
});

describe.each(sharedStoreKinds)('Visits of one session in two processes on $name', (kind) => {
  let place: StorePlace;
  let urls: string[];
  let app: TestApp;

  beforeAll(async () => {
    place = await kind.prepare();
    app = await start(place);
    const env = { STORE: place.spec, LOCK: JSON.stringify(LOCK) };
    const other = await spawnApp(new URL('./apps/visits.app.ts', import.meta.url), { env });
    urls = [app.url, other.ready];
  });

  afterAll(async () => {
    await app.close();
    await place.dispose();
  });

  it('are all counted under the lock', async () => {
    expect(await visitOften(urls, '/visits?pause=2')).toEqual(ALL_VISITS);
  });

  it('get lost without it', async () => {
    expect(lostVisits(await visitOften(urls, '/naive-visits?pause=2'))).toBeGreaterThan(0);
  });
});
