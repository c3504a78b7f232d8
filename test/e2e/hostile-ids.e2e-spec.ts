import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { parseCookieLine } from '../support/http/cookie-line.js';
import { rawRequest } from '../support/http/raw-http.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { recordedStore, type RecordedStore } from '../support/stores/recorded-store.js';
import type { TestApp } from '../support/http/test-app.js';

const id = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdE';

/** As Node hands bytes on: UTF-8 read as Latin-1. */
function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const malformed: readonly string[] = [
  ...['../../etc/passwd', '/../../sessions-backup/x', '..%2f..%2fetc', '.', '..', '', '/', 'CON', 'nul.txt', '~'],
  ...['*', '%', '_', '%00', "' OR 1=1 --", '$1', '$(id)', '`id`', '{"$gt":""}', '["a"]', 'null', 'undefined', '0'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...[' ', '\t', 'a b', 'x'.repeat(251), 'x'.repeat(4_096), 'x'.repeat(8_192)],
  ...[`${id}A`, id.slice(1), `${id}.`, `${id}/`, `${id}=`, `${id}.lock`, `"${id}"`, `'${id}'`, `${id},${id}`],
  ...[id.replace('-', '%2D'), id.replace('-', '+'), id.replace('_', '/'), id.replace('A', '\u00c1'), `s:${id}.sig`],
  ...['é', 'e\u0301', '\u202e', '\ufeff', 'ＡＢＣ', '🍪'].map((text) => utf8(id.slice(text.length) + text)),
];

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** What a laxer decoder, or a store that compares loosely, would take for this id. */
function* almost(sid: string): Generator<string> {
  yield sid.toLowerCase();
  yield sid.toUpperCase();
  // 43 characters hold two bits more than the id has: these stand for the same bytes.
  const last = ALPHABET.indexOf(sid.slice(-1));
  for (const spare of [1, 2, 3]) yield sid.slice(0, -1) + ALPHABET[last ^ spare]!;
  yield* [
    `${sid}=`,
    `${sid}A`,
    sid.slice(0, -1),
    `"${sid}"`,
    `${sid}.`,
    `${sid}/`,
    `./${sid}`,
    `s:${sid}`,
    `j:"${sid}"`,
  ];
  yield* [`%${sid.charCodeAt(0).toString(16)}${sid.slice(1)}`, `\xa0${sid}`, `${sid}\xa0`, `\x85${sid}`];
}

const ALMOST_THE_NAME = [
  ...['SESSION_ID', 'Session_id', 'session%5Fid', '"session_id"', '$session_id', 'session_id[0]', '__Host-session_id'],
  ...['\xa0session_id', '\x85session_id', 'session_id\xa0', utf8('\u2000session_id'), utf8('\ufeffsession_id')],
  ...['x=1, session_id', 'x=session_id'],
];

/** Node refuses these by itself. */
const refused = ['\0', '\r', '\n', 'x\r\nset pwned 0 0 1', '\x01', '\x7f', 'x'.repeat(17_000)];

describe.each(PLATFORMS)('A cookie that is no id, on %s', (platform) => {
  let app: TestApp;
  let recorded: RecordedStore;

  beforeEach(async () => {
    recorded = recordedStore(distantMemory());
    app = await startNotes({ platform, sessions: { store: recorded.store } });
    recorded.calls.splice(0);
  });

  it('is no cookie: it never reaches the store, and the visitor is anonymous', async () => {
    for (const value of malformed) {
      const reply = await rawRequest(app.url, 'GET /facts', [`Cookie: session_id=${value}`]);
      const facts = JSON.parse(reply.body) as { id: string; missing: boolean; isNew: boolean };

      expect({ value, status: reply.status, setCookies: reply.setCookies }).toEqual({
        value,
        status: 200,
        setCookies: [],
      });
      expect(facts).toMatchObject({ isNew: true, missing: true });
      expect(facts.id).not.toBe(value);
    }
    expect(recorded.calls).toEqual([]);
  });

  it('is never adopted when something is stored: the visitor gets an id of ours', async () => {
    for (const value of malformed) {
      const lines = [`Cookie: session_id=${value}`, 'Content-Type: application/json', 'Transfer-Encoding: chunked'];
      const reply = await rawRequest(app.url, 'POST /notes', [...lines, '', '7\r\n{"a":1}\r\n0']);

      expect({ value, status: reply.status }).toEqual({ value, status: 201 });
      expect(parseCookieLine(reply.setCookies[0]).value).toMatch(/^[A-Za-z0-9_-]{43}$/);
    }
    expect(recorded.calls.filter((call) => /^(load|tryLock) /.test(call))).toEqual([]);
  });

  it('is never an error of ours, also when Node refuses the request', async () => {
    for (const value of refused) {
      const { status } = await rawRequest(app.url, 'GET /notes', [`Cookie: session_id=${value}`]);
      expect([400, 431]).toContain(status);
    }
    expect(recorded.calls).toEqual([]);
  });

  it('hides no cookie that is one: a header of every kind of rubbish still finds the session', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    for (const value of malformed.filter((one) => one.length < 4_096)) {
      const { body } = await rawRequest(app.url, 'GET /notes', [
        `Cookie: session_id=${value}; ${visitor.cookieHeader}`,
      ]);
      expect({ value, body }).toEqual({ value, body: '{"a":1}' });
    }
  });

  it('is not taken for the id that it is almost: other letters, the same bits, a name that is almost ours', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const sid = visitor.cookies.get('session_id')!;
    const values = [...almost(sid)].map((value) => `session_id=${value}`);
    const names = ALMOST_THE_NAME.map((name) => `${name}=${sid}`);
    for (const cookie of [...values, ...names]) {
      const { body, setCookies } = await rawRequest(app.url, 'GET /notes', [`Cookie: ${cookie}`]);
      expect({ cookie, body, setCookies }).toEqual({ cookie, body: '{}', setCookies: [] });
    }
    expect((await rawRequest(app.url, 'GET /notes', [`Cookie: \t session_id =\t${sid} `])).body).toBe('{"a":1}');
  });

  it.each<[string, (cookie: string) => string]>([
    ['the query', (cookie) => `GET /notes?${cookie}`],
    ['the path', (cookie) => `GET /notes;${cookie}`],
  ])('is not looked for in %s', async (_, requestLineOf) => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const { body } = await rawRequest(app.url, requestLineOf(visitor.cookieHeader), []);

    expect(body).not.toContain('"a":1');
  });

  it('is not looked for in other headers, nor in the body', async () => {
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 });
    const { cookieHeader } = visitor;
    const sid = visitor.cookies.get('session_id')!;
    const headers = ['Set-Cookie', 'Cookie2', 'X-Session-Id', 'Authorization', 'session_id', 'X-Cookie'];
    const lines = headers.flatMap((name) => [`${name}: ${cookieHeader}`, `${name}: ${sid}`]);
    const reply = await app.browser().post('/notes', { session_id: sid });

    expect((await rawRequest(app.url, 'GET /notes', lines)).body).toBe('{}');
    expect(reply.json()).toEqual({ session_id: sid });
  });
});
