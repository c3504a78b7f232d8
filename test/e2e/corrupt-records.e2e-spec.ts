import { minutes, type SessionStore } from 'nestjs-sessions';
import { ManualClock } from 'nestjs-sessions/testing';
import { hashSessionId, shortHash } from '../../lib/session/session-id.js';
import type { Browser } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { visitorWithRecord } from '../support/stores/stored-sessions.js';

const CORRUPT = [
  ...['', '{', '{"a":1', '{"a":1}}', '[1]', 'null', '5', '"text"'],
  ...['a:1:{s:1:"a";i:1;}', '\0\u0001', '\u0001', '_$$ND_FUNC$$_'],
];

describe('A record that cannot be decoded', () => {
  const clock = new ManualClock(Date.now());
  let store: SessionStore;
  let app: TestApp;
  beforeEach(async () => {
    store = distantMemory();
    const ticking = { now: (): number => clock.now(), monotonic: (): number => clock.monotonic() };
    app = await startNotes({ sessions: { store, clock: ticking, lock: { wait: 200 } } });
  });

  /** A visitor whose record holds something else than a session. */
  const visitorWith = (data: string): Promise<Browser> => visitorWithRecord(app, data, clock.now());

  it.each(CORRUPT)('is no error: its visitor starts anew, and the record stays as it is (%j)', async (data) => {
    const visitor = await visitorWith(data);
    const sent = visitor.cookies.get('session_id')!;
    expect((await visitor.get('/facts')).json()).toMatchObject({ isNew: true, missing: true, originalId: sent });

    const reply = await visitor.post('/notes', { a: 1 });
    expect([reply.status, reply.json()]).toEqual([201, { a: 1 }]);
    expect(visitor.cookies.get('session_id')).not.toBe(sent);
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
    await expect(store.load({ id: hashSessionId(sent) })).resolves.toMatchObject({
      status: 'found',
      record: { data },
    });
  });

  it('keeps no lock: its visitor may come again at once', async () => {
    const visitor = await visitorWith('{');
    await visitor.get('/notes');
    const id = hashSessionId(visitor.cookies.get('session_id')!);
    const holder = { route: 'test', process: 'test', since: 0 };

    await expect(store.tryLock({ id, token: 'x', lease: 1_000, holder })).resolves.toMatchObject({
      status: 'acquired',
    });
  });

  it('is logged once a spell, by its short hash and without its content, with the number of them', async () => {
    const first = await visitorWith('{"creditCard":"1234');
    for (let n = 0; n < 5; n += 1) await first.get('/notes');
    const second = await visitorWith('{');
    await second.get('/notes');
    const hash = shortHash(hashSessionId(first.cookies.get('session_id')!));
    expect(app.logs.matching(/cannot be decoded/, 'error')).toEqual([
      `The record of session ${hash} cannot be decoded: it is left alone and its visitor starts anew (1 so far)`,
    ]);

    clock.advance(minutes(1));
    await first.get('/notes');
    expect(app.logs.matching(/cannot be decoded/, 'error')[1]).toMatch(/\(7 so far\) \(5 more like it/);
    expect(app.logs.text).not.toContain('creditCard');
  });

  it('has no part in the sessions of others', async () => {
    const other = app.browser();
    await other.post('/notes', { a: 1 });
    await (await visitorWith('{')).get('/notes');

    expect((await other.get('/notes')).json()).toEqual({ a: 1 });
  });

  it('does not hide a session that another cookie leads to', async () => {
    const other = app.browser();
    await other.post('/notes', { a: 1 });
    const corrupt = await visitorWith('{');
    const headers = { cookie: `${corrupt.cookieHeader}; ${other.cookieHeader}` };

    expect((await app.browser().get('/notes', { headers })).json()).toEqual({ a: 1 });
  });
});
