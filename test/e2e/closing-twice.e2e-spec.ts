import { MemoryStore, type ClosableStore } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { freshStore, startNotes } from '../support/http/notes-app.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { onPlatforms } from '../support/http/stores-on-platforms.js';
import { everyStoreKind } from '../support/stores/stores.js';

class CountedCloses extends MemoryStore implements ClosableStore {
  closes = 0;

  async close(): Promise<void> {
    this.closes += 1;
  }
}

describe.each(onPlatforms(everyStoreKind))('An application that is closed twice, on $name,', ({ kind, platform }) => {
  it('is closed once, the second time in vain', async () => {
    const app = await startNotes({ platform, sessions: { store: await freshStore(kind) } });
    await app.browser().post('/notes', { a: 1 });

    await app.close();
    await app.close();
    expect(app.logs.matching(/./, 'error')).toEqual([]);
  });

  it('at the same time, as by two signals, is closed once', async () => {
    const app = await startNotes({ platform, sessions: { store: await freshStore(kind) } });
    await app.browser().post('/notes', { a: 1 });

    await Promise.all([app.close(), app.close()]);
    expect(app.logs.matching(/./, 'error')).toEqual([]);
  });
});

describe('The store of an application that is closed twice', () => {
  it('is closed once', async () => {
    const store = new CountedCloses();
    const app = await startNotes({ sessions: { store } });

    await Promise.all([app.close(), app.close()]);
    await app.close();
    expect(store.closes).toBe(1);
  });

  it('of PostgreSQL, with a pool of its own, may also be closed by its owner', async () => {
    const database = await PostgresDatabase.create();
    const store = new PostgresStore({ connectionString: database.url, createTable: true });
    const app = await startNotes({ sessions: { store } });
    await app.browser().post('/notes', { a: 1 });

    await Promise.all([store.close(), store.close()]);
    await app.close();
    await store.close();
    await database.drop();
  });
});
