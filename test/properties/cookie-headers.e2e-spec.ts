import fc from 'fast-check';
import { MemoryStore } from 'nestjs-sessions';
import { hashSessionId } from '../../lib/session/session-id.js';
import { candidatesAmong, cookiesNamed, hostileCookies, WELL_FORMED } from '../support/http/hostile-cookies.js';
import { NotesController } from '../support/http/notes-app.js';
import { holds } from '../support/models/property.js';
import { rawRequest } from '../support/http/raw-http.js';
import { recordedStore } from '../support/stores/recorded-store.js';
import { TestApp } from '../support/http/test-app.js';

/** Node refuses these before we see them: control characters with 400, what is too large with 431. */
const REFUSED = [400, 431];

describe('An application, whatever bytes it gets for cookies,', () => {
  const recorded = recordedStore(new MemoryStore());
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ controllers: [NotesController], sessions: { store: recorded.store } });
    recorded.calls.splice(0);
  });
  afterAll(() => app.close());

  holds(
    'answers, gives nobody a session, and asks its store for well-formed ids only',
    200,
    fc.asyncProperty(hostileCookies('session_id', WELL_FORMED), async (header) => {
      const { status, setCookies, body } = await rawRequest(app.url, 'GET /notes', [`Cookie: ${header}`]);
      const asked = recorded.calls.splice(0).filter((call) => !call.includes(' answers '));
      const ids = REFUSED.includes(status) ? [] : candidatesAmong(cookiesNamed('session_id', header));

      expect([...REFUSED, 200]).toContain(status);
      expect([setCookies, status === 200 ? body : '{}']).toEqual([[], '{}']);
      expect(asked.map((call) => JSON.parse(/\[.*/.exec(call)?.[0] ?? '')[0].id)).toEqual(ids.map(hashSessionId));
    }),
  );

  it('lives on', async () => {
    const browser = app.browser();
    await browser.post('/notes', { a: 1 });

    expect((await browser.get('/notes')).json()).toEqual({ a: 1 });
    expect(app.logs.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});
