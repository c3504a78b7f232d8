import type { Browser } from '../support/http/browser.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { TripsController } from './apps/trips.controller.js';

describe.each(PLATFORMS)('Trips to the store, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [TripsController], sessions: { store } });
  });
  beforeEach(async () => {
    visitor = app.browser();
    await visitor.get('/visit');
  });
  afterAll(() => app.close());

  async function trips(browser: Browser, path: string): Promise<string[]> {
    store.takeCalls();
    expect((await browser.get(path)).status).toBe(200);
    return store.takeCalls();
  }

  it('none for a route without the session', async () => {
    expect(await trips(visitor, '/public')).toEqual([]);
  });

  it('one for a first visit', async () => {
    expect(await trips(app.browser(), '/visit')).toEqual(['create']);
  });

  it('none for a first visit that only reads', async () => {
    expect(await trips(app.browser(), '/read-only')).toEqual([]);
  });

  it('one for read-only', async () => {
    expect(await trips(visitor, '/read-only')).toEqual(['load']);
  });

  it('two for locked and changed: lock and load are one, save and unlock are one', async () => {
    expect(await trips(visitor, '/visit')).toEqual(['tryLock', 'update+unlock']);
  });

  it('two for locked and unchanged', async () => {
    expect(await trips(visitor, '/read')).toEqual(['tryLock', 'unlock']);
  });

  it('two for locked and changed also when it is loaded again and again', async () => {
    expect(await trips(visitor, '/loads-again')).toEqual(['tryLock', 'update+unlock']);
  });

  it('one more for a critical section: lock and re-read are one, save and unlock are one', async () => {
    expect(await trips(visitor, '/with-lock')).toEqual(['load', 'tryLock', 'update+unlock']);
  });

  it('one more for each save() on the way', async () => {
    expect(await trips(visitor, '/saves-on-the-way')).toEqual(['tryLock', 'update', 'update+unlock']);
    expect(await trips(visitor, '/save-at-the-end')).toEqual(['tryLock', 'update', 'unlock']);
  });
});
