import { All, Controller, Get, Header, Post, Res, StreamableFile } from '@nestjs/common';
import { Readable } from 'node:stream';
import { Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { Exchange } from '../support/http/exchange.js';
import { postOverTls } from '../support/http/https-app.js';
import { OldClient } from '../support/http/old-client.js';
import { statusOverUnixSocket } from '../support/http/unix-socket.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import type { Browser } from '../support/http/browser.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Pages {
  @Get('start') start(@Session() session: Session): void {
    session.set('found', 'start');
  }

  @Get('found') found(@Session() session: Session): unknown {
    return session.get('found');
  }

  @Get('value')
  @Header('Cache-Control', 'public')
  value(@Session() session: Session): string {
    session.set('found', 'value');
    return 'stored, it says';
  }

  @Get('json') json(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'json');
    reply.header('Cache-Control', 'public').send({ ok: 'stored, it says' });
  }

  @Get('late') late(@Session() session: Session, @Res() reply: AnyReply): void {
    setImmediate(() => {
      session.set('found', 'late');
      reply.header('ETag', '"1"').header('Location', '/elsewhere').status(201).send('stored, it says');
    });
  }

  @Post('login') async login(@Session() session: Session): Promise<string> {
    await session.regenerate();
    session.set('found', 'login');
    return 'logged in, it says';
  }

  @Post('logout') async logout(@Session() session: Session): Promise<string> {
    await session.destroy();
    return 'logged out, it says';
  }

  @All('written') written(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'written');
    response.write('stored, ');
    response.end('it says');
  }

  @Get('endless') endless(@Session() session: Session, @Res() reply: AnyReply): void {
    session.set('found', 'endless');
    nodeResponse(reply).write('stored, ');
  }

  @Get('known-length') knownLength(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    session.set('found', 'known-length');
    response.setHeader('Content-Length', 15).write('stored, it says');
    setImmediate(() => response.end());
  }

  @Get('stream') stream(@Session() session: Session): StreamableFile {
    session.set('found', 'stream');
    return new StreamableFile(Buffer.from('stored, it says'));
  }

  @Get('stream-changes') streamChanges(@Session() session: Session): StreamableFile {
    return new StreamableFile(changingStream(session));
  }

  @Get('known-length-changes') knownLengthChanges(@Session() session: Session): StreamableFile {
    return new StreamableFile(changingStream(session), { length: 15 });
  }

  @Get('known-length-ends') knownLengthEnds(@Session() session: Session): StreamableFile {
    const stream = Readable.from([Buffer.from('stored, it says')]);
    stream.once('end', () => session.set('found', 'known-length-ends'));
    return new StreamableFile(stream, { length: 15 });
  }

  @Get('known-length-heard') knownLengthHeard(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    response.setHeader('Content-Length', 15).write('stored, ', () => {
      session.set('found', 'known-length-heard');
      response.write('it says', () => response.end());
    });
  }
}

function changingStream(session: Session): Readable {
  return Readable.from(
    (async function* () {
      yield Buffer.from('stored, ');
      await Promise.resolve(session.set('found', 'changed'));
      yield Buffer.from('it says');
    })(),
  );
}

describe.each(PLATFORMS)('A save that fails is an error response, never a silent loss, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeEach(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store } });
  });
  afterEach(async () => {
    store.mend();
    await app.close();
  });

  /** The writes fail; reading and locking go on. */
  function breakWrites(): void {
    for (const operation of ['create', 'update', 'rotate', 'delete'] as const) {
      store.before(operation, () => Promise.reject(new Error('No space left on db.internal:5432')));
    }
  }

  it.each(['/value', '/json', '/late'])('a first visit: %s', async (path) => {
    breakWrites();

    const reply = await app.browser().get(path);

    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(reply.json()).toEqual({ statusCode: 503, message: expect.any(String) });
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(reply.text).not.toMatch(/says|db\.internal/);
  });

  it.each([
    ['GET', '/value'],
    ['GET', '/json'],
    ['GET', '/late'],
    ['POST', '/login'],
    ['POST', '/logout'],
  ])('a visitor who is known: %s %s', async (method, path) => {
    const visitor = app.browser();
    await visitor.get('/start');
    breakWrites();

    const reply = await visitor.request(path, { method });

    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(reply.text).not.toMatch(/says|db\.internal/);
    expect(reply.headers.get('etag')).not.toBe('"1"');
    expect(reply.headers.get('location')).toBeNull();
    expect(app.logs.matching(/No space left/, 'error')).not.toEqual([]);

    store.mend();
    expect((await visitor.get('/found')).text).toBe('start');
  });

  /** Writes have begun to fail, and the reply to this visitor did not come whole. */
  async function visitorWhoIsCutOff(path: string): Promise<Browser> {
    const visitor = app.browser();
    await visitor.get('/start');
    breakWrites();
    const exchange = new Exchange(app.url + path, { headers: { cookie: visitor.cookieHeader } });
    await expect(exchange.text()).rejects.toThrow();
    return visitor;
  }

  it.each(['/written', '/endless', '/known-length'])(
    'a body that has begun: the connection is cut: %s',
    async (path) => {
      const visitor = await visitorWhoIsCutOff(path);

      expect(app.logs.matching(/could not be stored.*No space left/, 'error')).not.toEqual([]);
      store.mend();
      expect((await visitor.get('/found')).text).toBe('start');
    },
  );

  it.each(['/stream-changes', '/known-length-changes', '/known-length-ends', '/known-length-heard'])(
    'what a body changes while it is sent: the connection is cut before its end: %s',
    async (path) => {
      await visitorWhoIsCutOff(path);
    },
  );

  it('to a client of HTTP/1.0, for whom a closed connection is the end of the body, the connection is reset', async () => {
    const visitor = app.browser();
    await visitor.get('/start');
    const client = new OldClient(app.url, '/stream-changes', visitor.cookieHeader);
    store.before('update', async () => {
      await client.hasSeen('stored, it says');
      throw new Error('No space left');
    });

    await expect(client.reply).rejects.toThrow('ECONNRESET');
  });

  it('the connection is cut over TLS and over a Unix socket as well', async () => {
    breakWrites();

    await expect(postOverTls(app.nest, '/written')).rejects.toThrow(/hang up|ECONNRESET/);
    await expect(statusOverUnixSocket(app.nest, '/written')).rejects.toThrow(/hang up|ECONNRESET/);
  });

  it('a stream whose headers are written is cut before its first byte', async () => {
    const visitor = app.browser();
    await visitor.get('/start');
    breakWrites();

    await expect(
      new Exchange(`${app.url}/stream`, { headers: { cookie: visitor.cookieHeader } }).head,
    ).rejects.toThrow();
  });

  it('the next request finds the session unlocked and works', async () => {
    const visitor = app.browser();
    await visitor.get('/start');
    breakWrites();
    await visitor.get('/value');
    store.mend();

    expect((await visitor.get('/value')).status).toBe(200);
    expect((await visitor.get('/found')).text).toBe('value');
  });
});
