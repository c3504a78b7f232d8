import { Browser } from '../support/http/browser.js';
import { spawnApp } from '../support/processes/child-process.js';
import { gate } from '../support/http/gates.js';
import { often } from '../support/models/long-form.js';
import type { Platform } from '../support/http/platforms.js';
import { onPlatforms } from '../support/http/stores-on-platforms.js';
import { everyStoreKind, sharedStoreKinds, type StorePlace } from '../support/stores/stores.js';
import { TestApp } from '../support/http/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

const ROUNDS = often(6);

function start(place: StorePlace, platform: Platform = 'express'): Promise<TestApp> {
  return TestApp.start({ platform, controllers: [VisitsController], sessions: { store: place.open() } });
}

/** Requests of all kinds in flight with the logout among them, each in a process of the list. */
async function race(urls: readonly string[], logout: string, round: number): Promise<void> {
  const visitor = new Browser(urls[round % urls.length] ?? '');
  await visitor.post('/login');
  await visitor.post('/visits');
  const old = visitor.clone();
  const paths = [`/visits?pause=${round % 4}`, '/naive-visits?pause=1', logout, '/naive-visits?pause=3', '/visits'];
  const clients = paths.map((path, n) => ({ path, client: visitor.at(urls[n % urls.length] ?? '') }));
  const replies = await Promise.all(clients.map(async ({ path, client }) => client.post(path)));

  // One that changes the session after the logout is told that nothing of it is stored.
  replies.forEach(({ status }, n) => expect(paths[n] === logout ? [201] : [201, 409]).toContain(status));
  expect(replies.flatMap(({ setCookies }) => setCookies)).toEqual([expect.stringMatching(/^session_id=; Max-Age=0;/)]);
  for (const url of urls) {
    expect((await old.at(url).get('/session')).json()).toEqual({});
  }
}

describe.each(onPlatforms(everyStoreKind))('A logout on $name', ({ kind, name, platform }) => {
  /** A part of a path. */
  const both = name.replaceAll(/\W+/g, '-');
  let place: StorePlace;
  let app: TestApp;

  beforeAll(async () => {
    place = await kind.prepare();
    app = await start(place, platform);
  });

  afterAll(async () => {
    await app.close();
    await place.dispose();
  });

  it.each(['/logout', '/naive-logout'])(
    'is not undone by a slow request that read the session before: %s',
    async (logout) => {
      const visitor = app.browser();
      await visitor.post('/visits');
      const old = visitor.clone();
      const name = `${both}${logout}`.replace('/', '-');
      const slow = visitor.clone().post(`/naive-visits/at/${name}`);
      await gate(name).reached;
      await visitor.post(logout);
      gate(name).open();

      expect(await slow).toMatchObject({ status: 409, setCookies: [] });
      expect((await old.get('/session')).json()).toEqual({});
      expect(visitor.cookies.size).toBe(0);
    },
  );

  it('without the lock is not undone by whoever holds it', async () => {
    const visitor = app.browser();
    await visitor.post('/visits');
    const old = visitor.clone();
    const slow = visitor.clone().post(`/visits/at/${both}`);
    await gate(both).reached;
    await visitor.post('/naive-logout');
    gate(both).open();

    expect(await slow).toMatchObject({ status: 409, setCookies: [] });
    expect((await old.get('/session')).json()).toEqual({});
  });

  it.each(['/logout', '/naive-logout'])(
    'is not undone by requests in flight, whatever the order: %s',
    async (logout) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await race([app.url], logout, round);
      }
    },
  );
});

describe.each(sharedStoreKinds)('A logout in one of two processes on $name', (kind) => {
  let place: StorePlace;
  let app: TestApp;

  afterEach(async () => {
    await app.close();
    await place.dispose();
  });

  it('is not undone by requests in flight in either', async () => {
    place = await kind.prepare();
    app = await start(place);
    const other = await spawnApp(new URL('./apps/visits.app.ts', import.meta.url), { env: { STORE: place.spec } });
    for (let round = 0; round < ROUNDS; round += 1) {
      await race([app.url, other.ready], round % 2 === 0 ? '/logout' : '/naive-logout', round);
    }
  });
});
