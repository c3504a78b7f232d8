import { Controller, Post, Res } from '@nestjs/common';
import { Session, Sessions, type SessionsModuleOptions } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { postOverTls } from '../support/http/https-app.js';
import type { TestApp } from '../support/http/test-app.js';

const overTls = { 'x-forwarded-proto': 'https' };
/** What has to be said to the platform. */
const TRUST = { express: "app.set('trust proxy', 1)", fastify: 'new FastifyAdapter({ trustProxy: ' } as const;
const always: SessionsModuleOptions = { cookie: { secure: true } };

@Controller()
class Pieces {
  @Post('pieces') pieces(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('a', 1);
    response.write('first,');
    response.end('last');
  }
}

/** Whether the cookie was sent, and whether it was Secure. */
async function cookieOf(app: TestApp, headers: Record<string, string> = {}): Promise<string> {
  const { status, setCookies } = await app.browser().post('/notes', { a: 1 }, { headers });
  expect(status).toBe(201);
  return setCookies.map((line) => (line.includes('; Secure') ? 'secure' : 'plain')).join() || 'none';
}

describe.each(PLATFORMS)('A Secure cookie, on %s', (platform) => {
  it('over plain HTTP is not sent, nothing is stored, and one warning a minute says how to trust a proxy', async () => {
    const app = await startNotes({ platform, sessions: always });
    for (let n = 0; n < 3; n += 1) expect(await cookieOf(app)).toBe('none');

    expect(await app.nest.get(Sessions).count()).toBe(0);
    const warnings = app.logs.matching(/./, 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/POST \/notes: a new session was not stored, since its cookie is Secure/);
    expect(warnings[0]).toContain(TRUST[platform]);
  });

  it('over plain HTTP is not sent with a reply in pieces either, and nothing is stored', async () => {
    const app = await startNotes({ platform, controllers: [Pieces], sessions: always });

    expect(await app.browser().post('/pieces')).toMatchObject({ text: 'first,last', setCookies: [] });
    expect(await app.nest.get(Sessions).count()).toBe(0);
  });

  it('is sent over TLS', async () => {
    const app = await startNotes({ platform, sessions: always });
    const [line] = await postOverTls(app.nest, '/notes');

    expect(line).toContain('; Secure');
    expect(await app.nest.get(Sessions).count()).toBe(1);
  });

  it('is sent behind a proxy that ends TLS, when it is trusted', async () => {
    expect(await cookieOf(await startNotes({ platform, sessions: always, trustsProxies: true }), overTls)).toBe(
      'secure',
    );
    expect(await cookieOf(await startNotes({ platform, sessions: always, trustsProxies: true }))).toBe('none');
  });

  it('is not sent because of a header that anybody can send, when no proxy is trusted', async () => {
    expect(await cookieOf(await startNotes({ platform, sessions: always }), overTls)).toBe('none');
  });

  it('that is there already still opens its session over plain HTTP; it is neither refreshed nor expired there', async () => {
    let now = Date.now();
    const app = await startNotes({ platform, sessions: { ...always, clock: { now: () => now } }, trustsProxies: true });
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 }, { headers: overTls });
    now += 30 * 60_000;
    const reply = await visitor.post('/notes', { b: 2 });

    expect(reply.setCookies).toEqual([]);
    expect(reply.json()).toEqual({ a: 1, b: 2 });
    expect((await visitor.post('/logout')).setCookies).toEqual([]);
    expect((await visitor.get('/notes')).json()).toEqual({});
    expect(app.logs.matching(/session cookie was not sent.*behind a proxy/, 'warn')).toHaveLength(1);
  });

  it('refuses regenerate() over plain HTTP with the reason, and leaves the session as it is', async () => {
    const app = await startNotes({ platform, sessions: always, trustsProxies: true });
    const visitor = app.browser();
    await visitor.post('/notes', { a: 1 }, { headers: overTls });

    expect((await visitor.post('/login')).status).toBe(500);
    expect(app.logs.matching(/SessionHeadersSentError: regenerate\(\) needs a cookie.*behind a proxy/)).toHaveLength(1);
    expect((await visitor.get('/notes')).json()).toEqual({ a: 1 });
  });
});

describe.each(PLATFORMS)('A cookie with secure: auto, on %s', (platform) => {
  it.each<[string, SessionsModuleOptions, boolean, Record<string, string>, string]>([
    ['over plain HTTP', {}, false, {}, 'plain'],
    ['behind a trusted proxy that ends TLS', {}, true, overTls, 'secure'],
    ['behind a trusted proxy that does not', {}, true, { 'x-forwarded-proto': 'http' }, 'plain'],
    ['when somebody claims TLS and no proxy is trusted', {}, false, overTls, 'plain'],
  ])('follows the connection: %s', async (_, sessions, isTrusting, headers, expected) => {
    const app = await startNotes({ platform, sessions, trustsProxies: isTrusting });

    expect(await cookieOf(app, headers)).toBe(expected);
  });

  it('follows the connection: over TLS', async () => {
    expect((await postOverTls((await startNotes({ platform })).nest, '/notes'))[0]).toContain('; Secure');
  });
});
