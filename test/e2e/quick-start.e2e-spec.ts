import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from '../support/http/browser.js';
import { startSampleApp, type SampleApp } from '../support/http/sample-app.js';

const REQUESTS = 50;

interface View {
  readonly session: string | null;
  readonly data: Record<string, unknown>;
  readonly lastSetCookie: string | null;
  readonly store: string;
}

async function viewOf(browser: Browser): Promise<View> {
  return (await browser.get('/session')).json<View>();
}

async function increment(browser: Browser, counter: string): Promise<number[]> {
  const requests = Array.from({ length: REQUESTS }, () => browser.post(`/counters/${counter}`));
  return (await Promise.all(requests)).map(({ status }) => status);
}

describe.each(['MemoryStore', 'FileStore'])('The quick-start sample on %s', (store) => {
  let app: SampleApp;
  let browser: Browser;
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nestjs-sessions-'));
    if (store === 'FileStore') {
      process.env['SESSIONS_DIR'] = directory;
    }
    app = await startSampleApp();
    browser = new Browser(app.url);
  });

  afterEach(async () => {
    delete process.env['SESSIONS_DIR'];
    await app.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('counts visits', async () => {
    expect((await browser.get('/visits')).json()).toEqual({ visits: 1 });
    expect((await browser.get('/visits')).json()).toEqual({ visits: 2 });
  });

  it('shows what the session holds, and neither its id nor a cookie before there is one', async () => {
    const before = await viewOf(browser);
    await browser.get('/visits');
    const after = await browser.get('/session');

    expect(before).toEqual({ session: null, data: {}, lastSetCookie: null, store });
    expect(after.json()).toEqual({
      session: expect.stringMatching(/^[\w-]{8}$/),
      data: { visits: 1 },
      lastSetCookie: expect.stringMatching(
        /^session_id=\(hidden\); Max-Age=1200; Expires=[^;]+ GMT; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
      store,
    });
    expect(after.text).not.toContain(browser.cookies.get('session_id'));
  });

  it('changes the id with a login and keeps the data; the old id is dead', async () => {
    await browser.get('/visits');
    const planted = browser.clone();
    const before = await viewOf(browser);

    const reply = await browser.post('/login', { name: ' Ann ' });
    const after = await viewOf(browser);

    expect(reply.json()).toEqual({ user: 'Ann' });
    expect(after.data).toEqual({ visits: 1, user: 'Ann' });
    expect(after.session).not.toBe(before.session);
    expect((await viewOf(planted)).data).toEqual({});
  });

  it('takes a login as a form as well', async () => {
    const reply = await fetch(`${app.url}/login`, {
      method: 'POST',
      body: new URLSearchParams({ name: 'Ann' }),
    });

    expect(await reply.json()).toEqual({ user: 'Ann' });
  });

  it.each([{}, { name: ' ' }, { name: 7 }, { name: 'x'.repeat(41) }])('refuses the login %j', async (body) => {
    const reply = await browser.post('/login', body);

    expect(reply.status).toBe(400);
    expect(reply.setCookies).toEqual([]);
  });

  it('forgets everything with a logout', async () => {
    await browser.post('/login', { name: 'Ann' });
    const stale = browser.clone();

    const reply = await browser.post('/logout');

    expect(reply.status).toBe(204);
    expect(browser.cookies.size).toBe(0);
    expect(await viewOf(browser)).toMatchObject({ session: null, data: {} });
    expect((await viewOf(stale)).data).toEqual({});
  });

  it(`loses none of ${REQUESTS} increments at once with the lock, and some without`, async () => {
    await browser.get('/visits');

    const answers = [...(await increment(browser, 'locked')), ...(await increment(browser, 'naive'))];
    const { data } = await viewOf(browser);

    expect(new Set(answers)).toEqual(new Set([200]));
    expect(data['locked']).toBe(REQUESTS);
    expect(data['naive']).toBeLessThan(REQUESTS);
  });

  it('sets both counters back', async () => {
    await browser.post('/counters/locked');
    await browser.post('/counters/naive');

    await browser.post('/counters/reset');

    expect((await viewOf(browser)).data).toEqual({});
  });

  it.each([
    ['/', 'text/html; charset=utf-8', '<title>nestjs-sessions: '],
    ['/page.css', 'text/css; charset=utf-8', 'color-scheme'],
    ['/page.js', 'text/javascript; charset=utf-8', 'addEventListener'],
  ])('serves %s without a session', async (path, type, text) => {
    const reply = await browser.get(path);

    expect(reply.headers.get('Content-Type')).toBe(type);
    expect(reply.text).toContain(text);
    expect(reply.setCookies).toEqual([]);
  });

  it(`${store === 'FileStore' ? 'keeps' : 'loses'} the session over a restart`, async () => {
    await browser.get('/visits');
    await app.close();

    app = await startSampleApp();

    expect((await browser.at(app.url).get('/visits')).json()).toEqual({ visits: store === 'FileStore' ? 2 : 1 });
  });
});
