import express, { type Express } from 'express';
import expressSession, { MemoryStore as ExpressStore } from 'express-session';
import type { AddressInfo } from 'node:net';
import { MemoryStore } from 'nestjs-sessions';
import { generateSessionId, hashSessionId } from '../../lib/session/session-id.js';
import { Browser } from '../support/http/browser.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { recordedStore } from '../support/stores/recorded-store.js';
import type { TestApp } from '../support/http/test-app.js';

const secret = 'keyboard cat';

async function visit(app: TestApp, cookie: string): Promise<unknown> {
  const visitor = app.browser();
  visitor.cookies.set('session_id', cookie);
  return (await visitor.get('/notes')).json();
}

describe.each(PLATFORMS)('A signed cookie, on %s', (platform) => {
  it('is the id, the signature after a dot, and s: before', async () => {
    const visitor = (await startNotes({ platform, sessions: { secret } })).browser();
    await visitor.post('/notes', { a: 1 });
    const { id } = (await visitor.get('/facts')).json<{ id: string }>();

    expect(visitor.cookies.get('session_id')).toMatch(/^s:[A-Za-z0-9_-]{43}\.[A-Za-z0-9+/]{43}$/);
    expect(visitor.cookies.get('session_id')).toContain(`s:${id}.`);
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
    await visitor.post('/login');
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1, user: 'ann' });
  });

  it('with a wrong signature, or with none, does not reach the store', async () => {
    const { store, calls } = recordedStore(new MemoryStore());
    const app = await startNotes({ platform, sessions: { store, secret } });
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const cookie = visitor.cookies.get('session_id')!;
    const [id, signature] = cookie.slice(2).split('.') as [string, string];
    calls.splice(0);

    for (const wrong of [
      id,
      `s:${id}`,
      `s:${id}.`,
      `s:${generateSessionId()}.${signature}`,
      cookie.slice(0, -1),
      `${cookie}x`,
      cookie.toUpperCase(),
      cookie.slice(2),
      `j:${cookie.slice(2)}`,
      `s:${id}.${Buffer.from(signature, 'base64').toString('base64url').replace(/[-_]/g, '')}-`,
    ]) {
      expect({ wrong, notes: await visit(app, wrong) }).toEqual({ wrong, notes: {} });
    }
    expect(calls).toEqual([]);
    expect(await visit(app, cookie)).toEqual({ a: 1 });
  });

  it('stays valid when the secret is replaced and the old one kept, and new cookies have the new one', async () => {
    const store = new MemoryStore();
    const [before, both, after] = [
      await startNotes({ platform, sessions: { store, secret: 'old' } }),
      await startNotes({ platform, sessions: { store, secret: ['new', 'old'] } }),
      await startNotes({ platform, sessions: { store, secret: ['new'] } }),
    ];
    const visitor = before.browser();
    await visitor.post('/notes', { a: 1 });
    const old = visitor.cookies.get('session_id')!;
    const moved = new Browser(both.url);
    moved.cookies.set('session_id', old);

    expect((await moved.post('/login')).status).toBe(201);
    const renewed = moved.cookies.get('session_id')!;
    expect(await visit(after, renewed)).toEqual({ a: 1, user: 'ann' });
    expect(await visit(both, renewed)).toEqual({ a: 1, user: 'ann' });
    expect(await visit(before, renewed)).toEqual({});
    expect(await visit(after, old)).toEqual({});
  });
});

describe.each(PLATFORMS)('express-session, on %s', (platform) => {
  const id = generateSessionId();
  let url: string;
  let close: () => Promise<void>;
  const asked: string[] = [];

  /** An application of express-session that gives its visitors our kind of id. */
  beforeAll(async () => {
    const store = new ExpressStore();
    const get = store.get.bind(store);
    store.get = (sid, callback) => {
      asked.push(sid);
      get(sid, callback);
    };
    const app: Express = express();
    app.use(
      expressSession({ secret, store, genid: () => id, saveUninitialized: true, resave: false, name: 'session_id' }),
    );
    app.get('/', (_, response) => void response.send('hello'));
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = () => new Promise((resolve) => server.close(() => resolve()));
  });
  afterAll(() => close());

  it('signs cookies that are valid here, percent-encoded as it sends them', async () => {
    const visitor = new Browser(url);
    await visitor.get('/');
    const cookie = visitor.cookies.get('session_id')!;
    const store = new MemoryStore();
    const app = await startNotes({ platform, sessions: { store, secret } });
    const now = Date.now();
    await store.create({
      id: hashSessionId(id),
      record: { data: '{"from":"express"}', createdAt: now, expiresAt: now + 60_000 },
    });

    expect(cookie).toMatch(/^s%3A/);
    expect(await visit(app, cookie)).toEqual({ from: 'express' });
    expect(await visit(app, decodeURIComponent(cookie))).toEqual({ from: 'express' });
  });

  it('takes the cookies that are signed here', async () => {
    const visitor = (await startNotes({ platform, sessions: { secret } })).browser();
    await visitor.post('/notes', { a: 1 });
    const { id: ours } = (await visitor.get('/facts')).json<{ id: string }>();
    const there = new Browser(url);
    there.cookies.set('session_id', visitor.cookies.get('session_id')!);
    await there.get('/');

    expect(asked).toEqual([ours]);
  });
});
