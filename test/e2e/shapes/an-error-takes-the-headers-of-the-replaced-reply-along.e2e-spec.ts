import { Controller, Get, Header, Query, Res } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { MemoryStore, Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../../support/http/any-platform.js';
import { PLATFORMS } from '../../support/http/platforms.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { visit } from '../../support/http/shape-app.js';
import { fails } from '../../support/stores/store-failures.js';
import { TestApp } from '../../support/http/test-app.js';

/** Of the body that is not sent. */
const OF_THE_BODY = {
  'Content-Disposition': 'attachment; filename="r.pdf"',
  'Content-Encoding': 'identity',
  'Content-Language': 'de',
  'Content-Location': '/r.pdf',
  'Content-Range': 'bytes 0-1/2',
  'Content-Type': 'application/pdf',
  'Accept-Ranges': 'bytes',
  'Cache-Control': 'public, max-age=600',
  Expires: 'Fri, 01 Jan 2100 00:00:00 GMT',
  Pragma: 'cache',
  ETag: '"of-the-body"',
  'Last-Modified': 'Fri, 01 Jan 2021 00:00:00 GMT',
  Link: '</style.css>; rel=preload',
  Location: '/elsewhere',
  Refresh: '5; url=/elsewhere',
  'Transfer-Encoding': 'chunked',
  Trailer: 'X-Sum',
};

/** Of the exchange, and so of the error as well. */
const OF_THE_EXCHANGE = {
  'Access-Control-Allow-Origin': 'https://shop.example',
  'Access-Control-Expose-Headers': 'X-Request-Id',
  'Content-Security-Policy': "default-src 'self'",
  'Content-Security-Policy-Report-Only': "img-src 'self'",
  'Strict-Transport-Security': 'max-age=1',
  'X-RateLimit-Remaining': '7',
  'X-Request-Id': 'request-1',
  'Retry-After': '42',
};

const HEADERS: Readonly<Record<string, string>> = { ...OF_THE_BODY, ...OF_THE_EXCHANGE };

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('by-hand')
  byHand(@Session() session: Session, @Query('name') name: string, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'by-hand');
    response.setHeader(name, HEADERS[name] ?? '');
    response.end('stored, it says');
  }

  @Get('passthrough')
  passthrough(
    @Session() session: Session,
    @Query('name') name: string,
    @Res({ passthrough: true }) reply: AnyReply,
  ): string {
    session.set('found', 'passthrough');
    reply.header(name, HEADERS[name] ?? '');
    return 'stored, it says';
  }

  @Get('later') later(@Session() session: Session, @Query('name') name: string, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    setTimeout(() => {
      session.set('found', 'later');
      response.setHeader(name, HEADERS[name] ?? '');
      response.end('stored, it says');
    }, 2);
  }

  @Get('cookie') cookie(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'cookie');
    reply.header('Set-Cookie', 'cart=added').send('stored, it says');
  }

  @Get('two-cookies') twoCookies(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'two-cookies');
    nodeResponse(reply).appendHeader('Set-Cookie', 'cart=added');
    reply.header('Set-Cookie', 'cart=added as well').send('stored, it says');
  }

  @Get('file')
  @Header('Cache-Control', 'public, max-age=600')
  file(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'file');
    reply.header('Content-Disposition', 'attachment; filename="r.pdf"').send(Buffer.from('%PDF-1.7'));
  }
}

function earlyCookie(_: unknown, response: ServerResponse, next: () => void): void {
  response.setHeader('Set-Cookie', 'earlier=1');
  next();
}

describe.each(PLATFORMS)('The error that replaces a reply which could not be stored, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(new MemoryStore());
    const configure = (nest: TestApp['nest']): void => void nest.use(earlyCookie);
    app = await TestApp.start({
      platform,
      controllers: [Pages],
      sessions: { store },
      configure,
      forceCloseConnections: true,
    });
  });
  beforeEach(() => store.mend());
  afterAll(() => app.close());

  async function headersOfError(path: string): Promise<Headers> {
    const visitor = app.browser();
    await visitor.get('/start');
    store.before('update', fails[1]);
    const reply = await visit(visitor, { path, method: 'GET' });
    expect(reply).toMatchObject({ status: 503, text: expect.stringMatching(/^\{"statusCode":503,"message":/) });
    return (reply as { headers: Headers }).headers;
  }

  describe.each(['by-hand', 'passthrough', 'later'])('a handler that sets headers: %s', (route) => {
    it.each(Object.keys(OF_THE_BODY))('is without the %s of the body', async (name) => {
      const headers = await headersOfError(`/${route}?name=${name}`);

      expect(headers.get(name)).not.toBe(HEADERS[name]);
    });

    it.each(Object.keys(OF_THE_EXCHANGE))('keeps %s', async (name) => {
      const headers = await headersOfError(`/${route}?name=${name}`);

      expect(headers.get(name)).toBe(HEADERS[name]);
    });
  });

  it.each(['/cookie', '/two-cookies'])(
    'sets the cookies of earlier middleware, and none of the handler: %s',
    async (path) => {
      const headers = await headersOfError(path);

      expect(headers.getSetCookie()).toEqual(['earlier=1']);
    },
  );

  it('is no file that a browser saves, and no cache stores', async () => {
    const headers = await headersOfError('/file');

    expect(headers.get('content-disposition')).toBeNull();
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control') ?? '').not.toMatch(/public|max-age/);
  });
});
