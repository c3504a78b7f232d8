import type { SessionStore } from 'nestjs-sessions';
import { Browser } from '../support/http/browser.js';
import { TestApp } from '../support/http/test-app.js';
import { everyStoreKind, type StorePlace } from '../support/stores/stores.js';
import { VisitsController } from './apps/visits.controller.js';

/** A module that is imported has one store, whatever number of applications are made of it: by tests, by a script before the start. */
describe.each(everyStoreKind)('Applications that have one store, on $name', (kind) => {
  let place: StorePlace;
  let store: SessionStore;
  let visitor: Browser;

  beforeAll(async () => {
    place = await kind.prepare();
  });
  beforeEach(() => {
    store = place.open();
    visitor = new Browser('');
  });
  afterAll(() => place.dispose());

  const start = (): Promise<TestApp> => TestApp.start({ controllers: [VisitsController], sessions: { store } });

  async function visit(app: TestApp): Promise<string> {
    return (await visitor.at(app.url).post('/visits')).text;
  }

  it('one after the other: each finds the sessions of the one before', async () => {
    for (const visits of ['1', '2', '3']) {
      const app = await start();
      expect(await visit(app)).toBe(visits);
      await app.close();
    }
  });

  it('side by side: one goes on when another is closed', async () => {
    const app = await start();
    const other = await start();
    expect(await visit(app)).toBe('1');

    await other.close();

    expect(await visit(app)).toBe('2');
    await app.close();
  });

  it('side by side: one goes on while others start', async () => {
    const app = await start();
    const state = { haveStarted: false };
    const starting = Promise.all(Array.from({ length: 3 }, start)).finally(() => (state.haveStarted = true));
    const counts: string[] = [];
    while (!state.haveStarted) counts.push(await visit(app));
    const others = await starting;

    expect(counts).toEqual(counts.map((_, n) => String(n + 1)));
    for (const other of others) await other.close();
    await app.close();
  });
});
