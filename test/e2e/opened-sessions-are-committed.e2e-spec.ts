import { MemoryStore, Sessions, SessionStoreError } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import { ObservedStore, WHILE_HELD } from '../support/stores/observed-store.js';
import type { TestApp } from '../support/http/test-app.js';

describe('Sessions.open()', () => {
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    app = await startNotes({ sessions: { store, storeTimeout: WHILE_HELD, lock: { wait: 2_000 } } });
    visitor = app.browser();
    await visitor.post('/notes', { visits: 1 });
  });

  function setVisits(visits: number): Promise<string> {
    return app.nest.get(Sessions).open(visitor.cookieHeader, (session) => {
      session.set('visits', visits);
      return 'the result';
    });
  }

  const notes = async (): Promise<unknown> => (await visitor.get('/notes')).json();

  it('resolves only when what its work changed is stored', async () => {
    const commit = store.hold('update');
    let isResolved = false;
    const opened = setVisits(2).finally(() => (isResolved = true));
    await commit.reached;
    await app.browser().get('/public');
    await app.browser().get('/public');
    expect(isResolved).toBe(false);

    commit.open();
    expect(await opened).toBe('the result');
    expect(await notes()).toEqual({ visits: 2 });
  });

  it('rejects when its commit fails: nothing is stored, and the session is unlocked', async () => {
    store.before('update', () => Promise.reject(new Error('No space left')));

    await expect(setVisits(2)).rejects.toThrow(SessionStoreError);

    store.mend();
    expect(await notes()).toEqual({ visits: 1 });
  });
});
