import cookie from '@fastify/cookie';
import compress from '@fastify/compress';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { Controller, Get, Post, Req, Res, type INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MemoryStore, Session } from 'nestjs-sessions';
import type { Browser, Reply } from '../../support/http/browser.js';
import { TestApp } from '../../support/http/test-app.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { count } from '../../support/shapes/handler-shape.js';
import { fails } from '../../support/stores/store-failures.js';

/** More than compress leaves alone. */
const PAGE = 'the page '.repeat(1_000);

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('n', 0);
  }

  @Get('n') n(@Session() session: Session): unknown {
    return session.get('n');
  }

  @Get('page') page(@Session() session: Session): string {
    count(session);
    return PAGE;
  }

  @Get('cookie') cookie(@Session() session: Session, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    void reply.setCookie('cart', 'added', { path: '/' });
    return count(session);
  }

  @Get('cookies') cookies(@Session() session: Session, @Req() request: FastifyRequest): unknown {
    return { seen: Object.keys(request.cookies), n: session.get('n') };
  }

  @Post('upload') async upload(@Session() session: Session, @Req() request: FastifyRequest): Promise<unknown> {
    const file = await request.file();
    const { length } = (await file?.toBuffer()) ?? [];
    return { length, ...count(session) };
  }
}

@Controller()
class Signed {
  @Get('sign') sign(@Session() session: Session, @Res({ passthrough: true }) reply: FastifyReply): unknown {
    void reply.setCookie('cart', 'added', { signed: true });
    return count(session);
  }

  @Get('unsign') unsign(@Session() session: Session, @Req() request: FastifyRequest): unknown {
    const { valid, value } = request.unsignCookie(request.cookies['cart'] ?? '');
    return { valid, value, ...count(session) };
  }
}

async function register(app: INestApplication): Promise<void> {
  const fastify = app as NestFastifyApplication;
  await fastify.register(cookie);
  await fastify.register(helmet);
  await fastify.register(compress, { threshold: 100 });
  await fastify.register(multipart);
}

describe('Beside plugins of Fastify', () => {
  let store: ObservedStore;
  let app: TestApp;
  let visitor: Browser;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    app = await TestApp.start({
      platform: 'fastify',
      controllers: [Pages],
      sessions: { store },
      configure: register,
      forceCloseConnections: true,
    });
    visitor = app.browser();
    await visitor.get('/start');
  });
  afterEach(() => app.close());

  async function visitInVain(path: string): Promise<Reply> {
    store.before('update', fails[1]);
    const reply = await visitor.get(path);
    store.mend();
    expect((await visitor.get('/n')).text).toBe('0');
    return reply;
  }

  it('@fastify/cookie reads the cookie of the session, and sets its own beside it', async () => {
    const stranger = app.browser();
    const { setCookies } = await stranger.get('/cookie');

    expect([...stranger.cookies.keys()].sort()).toEqual(['cart', 'session_id']);
    expect(setCookies).toHaveLength(2);
    expect((await stranger.get('/cookies')).json()).toEqual({ seen: ['cart', 'session_id'].sort(), n: 1 });
  });

  it('@fastify/cookie signs its own by a secret of its own, beside a session whose cookie is signed', async () => {
    const signing = await TestApp.start({
      platform: 'fastify',
      controllers: [Signed],
      sessions: { secret: 'of the session' },
      configure: (nest) => (nest as NestFastifyApplication).register(cookie, { secret: 'of the cart' }),
    });
    const stranger = signing.browser();
    await stranger.get('/sign');

    expect(stranger.cookies.get('session_id')).toMatch(/^s:[\w-]{43}\./);
    expect((await stranger.get('/unsign')).json()).toEqual({ valid: true, value: 'added', n: 2 });
    await signing.close();
  });

  it('what a handler sets by @fastify/cookie goes with a reply that could not be stored', async () => {
    expect(await visitInVain('/cookie')).toMatchObject({ status: 503, setCookies: [] });
  });

  it('@fastify/helmet keeps its headers on a reply that could not be stored', async () => {
    const { status, headers } = await visitInVain('/page');

    expect(status).toBe(503);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('@fastify/compress compresses a reply whose session is stored before', async () => {
    const { headers, text } = await visitor.get('/page');

    expect([headers.get('content-encoding'), text]).toEqual([expect.stringMatching(/^(br|gzip|zstd|deflate)$/), PAGE]);
    expect((await visitor.get('/n')).text).toBe('1');
  });

  it('a commit that fails behind @fastify/compress is an error, and no cut connection', async () => {
    expect(await visitInVain('/page')).toMatchObject({
      status: 503,
      text: expect.stringContaining('"statusCode":503'),
    });
  });

  it('@fastify/multipart hands a file to a handler that takes the session', async () => {
    const form = new FormData();
    form.set('file', new Blob([PAGE]), 'page.txt');
    const reply = await fetch(`${app.url}/upload`, {
      method: 'POST',
      body: form,
      headers: { cookie: visitor.cookieHeader },
    });

    expect(await reply.json()).toEqual({ length: PAGE.length, n: 1 });
    expect((await visitor.get('/n')).text).toBe('1');
  });
});
