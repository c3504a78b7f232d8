import { Controller, Get, Module, Res, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { jest } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { connect, constants, Http2ServerResponse, type ClientHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Session, SessionsModule } from 'nestjs-sessions';
import { NotesController } from '../../support/http/notes-app.js';
import { LogBook } from '../../support/http/test-app.js';
import { count } from '../../support/shapes/handler-shape.js';
import { distantMemory } from '../../support/stores/distant-memory.js';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { fails } from '../../support/stores/store-failures.js';

@Controller()
class Pages {
  @Get('value') value(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('raw') raw(@Session() session: Session, @Res() reply: FastifyReply): void {
    reply.raw.end(JSON.stringify(count(session)));
  }

  @Get('hijack') hijack(@Session() session: Session, @Res() reply: FastifyReply): void {
    reply.hijack();
    setTimeout(() => reply.raw.end(JSON.stringify(count(session))), 2);
  }

  @Get('file') file(@Session() session: Session): StreamableFile {
    count(session);
    return new StreamableFile(Buffer.from('a file'));
  }

  @Get('pieces') pieces(@Session() session: Session, @Res() reply: FastifyReply): void {
    count(session);
    reply.raw.write('a ');
    reply.raw.end('file');
  }

  @Get('throws') throws(@Session() session: Session): never {
    count(session);
    throw new Error('of the handler');
  }
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  /** Other than 0: the server has broken off. */
  readonly code: number | undefined;
}

const store = new ObservedStore(distantMemory());

@Module({ imports: [SessionsModule.forRoot({ store })], controllers: [Pages, NotesController] })
class AppModule {}

describe('An application of Fastify that speaks HTTP/2', () => {
  let app: NestFastifyApplication;
  let client: ClientHttp2Session;
  let cookie: string;

  beforeAll(async () => {
    // The types of Nest know the adapter of HTTP/1 alone.
    const adapter = new FastifyAdapter({ http2: true } as object);
    app = await NestFactory.create<NestFastifyApplication>(AppModule, adapter, { logger: new LogBook() });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    client = connect(`http://127.0.0.1:${port}`);
  });
  beforeEach(async () => {
    cookie = '';
    await ask('/value');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    store.mend();
  });
  afterAll(async () => {
    client.close();
    await app.close();
  });

  function ask(path: string): Promise<Answer> {
    const stream = client.request({ ':path': path, ...(cookie === '' ? {} : { cookie }) });
    let status: number | undefined;
    let text = '';
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    stream.on('response', (head) => {
      status = head[':status'];
      cookie = head['set-cookie']?.[0]?.split(';', 1)[0] ?? cookie;
    });
    return new Promise((resolve) => {
      // What was broken off is told by its code.
      stream.on('error', () => undefined);
      stream.on('close', () => resolve({ status, text, code: stream.rstCode }));
    });
  }

  it('knows a visitor again', async () => {
    expect(cookie).toMatch(/^session_id=[\w-]{43}$/);
    expect(await ask('/value')).toMatchObject({ status: 200, text: '{"n":2}' });
  });

  it('loses none of thirty parallel counts on one connection', async () => {
    await Promise.all(Array.from({ length: 30 }, () => ask('/value')));

    expect((await ask('/notes')).text).toBe('{"n":31}');
  });

  it.each(['/value', '/raw', '/hijack', '/file', '/pieces'])('has stored what it has answered: %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 200, code: constants.NGHTTP2_NO_ERROR });
    expect((await ask('/notes')).text).toBe('{"n":2}');
  });

  it.each(['/value', '/raw', '/pieces'])(
    'has no status message, and Node is given no reason to warn: %s',
    async (path) => {
      const [read, written] = (['get', 'set'] as const).map((access) =>
        jest.spyOn(Http2ServerResponse.prototype, 'statusMessage', access),
      );
      await ask(path);
      store.before('update', fails[1]);
      await ask(path);

      expect([read, written].map((spy) => spy?.mock.calls)).toEqual([[], []]);
      jest.restoreAllMocks();
    },
  );

  it('stores nothing of a handler that throws', async () => {
    expect((await ask('/throws')).status).toBe(500);
    expect((await ask('/notes')).text).toBe('{"n":1}');
  });

  it.each(['/value', '/raw', '/hijack'])('answers a failed commit by an error: %s', async (path) => {
    store.before('update', fails[1]);

    expect(await ask(path)).toEqual({
      status: 503,
      text: expect.stringContaining('"statusCode":503'),
      code: constants.NGHTTP2_NO_ERROR,
    });
    store.mend();
    expect((await ask('/notes')).text).toBe('{"n":1}');
  });

  it.each(['/file', '/pieces'])(
    'breaks off a body whose commit fails, and goes on with the others: %s',
    async (path) => {
      store.before('update', fails[1]);

      expect(await ask(path)).toMatchObject({ text: '', code: constants.NGHTTP2_INTERNAL_ERROR });
      store.mend();
      expect((await ask('/notes')).text).toBe('{"n":1}');
    },
  );
});
