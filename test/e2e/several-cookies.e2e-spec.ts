import { generateSessionId } from '../../lib/session/session-id.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { rawRequest } from '../support/http/raw-http.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { recordedStore, type RecordedStore } from '../support/stores/recorded-store.js';
import type { TestApp } from '../support/http/test-app.js';

describe.each(PLATFORMS)('Of several cookies of one name, on %s', (platform) => {
  let app: TestApp;
  let recorded: RecordedStore;
  let live: string;
  const unknown = (): string => generateSessionId();

  beforeEach(async () => {
    recorded = recordedStore(distantMemory());
    app = await startNotes({ platform, sessions: { store: recorded.store } });
    live = await idOf({ live: true });
    recorded.calls.splice(0);
  });

  async function idOf(notes: object): Promise<string> {
    const visitor = app.browser();
    await visitor.post('/notes', notes);
    return visitor.cookies.get('session_id')!;
  }

  async function read(...values: string[]): Promise<unknown> {
    const cookie = values.map((value) => `session_id=${value}`).join('; ');
    return (await app.browser().get('/notes', { headers: { cookie } })).json();
  }

  it('the one that leads to a session is found, first or second', async () => {
    expect(await read(live, unknown())).toEqual({ live: true });
    expect(await read(unknown(), live)).toEqual({ live: true });
    expect(await read(live, live)).toEqual({ live: true });
  });

  it('the first is taken when both lead to one', async () => {
    const other = await idOf({ other: true });

    expect(await read(live, other)).toEqual({ live: true });
    expect(await read(other, live)).toEqual({ other: true });
  });

  it('malformed ones do not count, and of the well-formed ones three are tried and not more', async () => {
    expect(await read('rubbish', '', unknown(), '../..', unknown(), live)).toEqual({ live: true });
    recorded.calls.splice(0);
    expect(await read(unknown(), unknown(), unknown(), live)).toEqual({});
    expect(recorded.calls.filter((call) => call.includes('answers'))).toHaveLength(3);
  });

  it('one that was logged out does not hide another that is alive', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const gone = visitor.cookies.get('session_id')!;
    await visitor.post('/logout');

    expect(await read(gone, live)).toEqual({ live: true });
    expect(await read(live, gone)).toEqual({ live: true });
  });

  it('the one that was found is the one that is written, and no cookie is set in its place', async () => {
    const headers = { cookie: `session_id=${unknown()}; session_id=${live}` };
    const reply = await app.browser().post('/notes', { more: 1 }, { headers });

    expect(reply.json()).toEqual({ live: true, more: 1 });
    expect(reply.setCookies).toEqual([]);
    expect(await read(live)).toEqual({ live: true, more: 1 });
  });

  it('those of several Cookie lines count as those of one', async () => {
    const lines = ['Cookie: a=1', `Cookie: session_id=${unknown()}`, `cookie: b=2; session_id=${live}`];

    expect((await rawRequest(app.url, 'GET /notes', lines)).body).toBe('{"live":true}');
  });
});
