import { Controller, Get, Post, Res, StreamableFile } from '@nestjs/common';
import { ServerResponse, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { LockSession, MemoryStore, Session } from 'nestjs-sessions';
import { nodeResponse, type AnyReply } from '../support/http/any-platform.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { count } from '../support/shapes/handler-shape.js';
import { onHeaders } from '../support/shapes/response-wrappers.js';

type Method = 'end' | 'write' | 'writeHead';

@Controller()
class Visits {
  @Post('value') value(@Session() session: Session): object {
    return count(session);
  }

  @Post('timer') timer(@Session() session: Session, @Res() reply: AnyReply): void {
    setTimeout(() => void reply.send(count(session)), 1);
  }

  @Post('stream') stream(@Session() session: Session): StreamableFile {
    return new StreamableFile(Readable.from([Buffer.from(JSON.stringify(count(session)))]));
  }

  @Post('pieces') pieces(@Session() session: Session, @Res() reply: AnyReply): void {
    const response = nodeResponse(reply);
    const { n } = count(session);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{"n":');
    response.end(`${n}}`);
  }

  @Post('past') past(@Session() session: Session, @Res() reply: AnyReply): void {
    const body = count(session);
    const response = nodeResponse(reply);
    const { writeHead } = ServerResponse.prototype;
    response.writeHead = (...args: unknown[]) => Reflect.apply(writeHead, response, args) as ServerResponse;
    reply.send(body);
  }

  @Get('visits') read(@Session() session: Session): object {
    return { n: session.get('n') };
  }

  @LockSession('explicit')
  @Get('notice')
  notice(): string {
    return 'a notice, the same for all';
  }

  @Get('page') page(@Session() session: Session): string {
    return `a page for visit ${count(session).n}`;
  }
}

/** As dd-trace does it: when the request comes, before the platform has seen its response. */
function trace(response: ServerResponse, methods: readonly Method[], seen: Set<Method>): void {
  for (const method of methods) {
    const original = response[method] as (...args: unknown[]) => unknown;
    Object.assign(response, {
      [method](this: ServerResponse, ...args: unknown[]) {
        seen.add(method);
        return Reflect.apply(original, this, args);
      },
    });
  }
}

describe.each(PLATFORMS)('On %s, a response', (platform) => {
  describe.each<{ methods: readonly Method[] }>([
    { methods: ['writeHead'] },
    { methods: ['write'] },
    { methods: ['end'] },
    { methods: ['end', 'write', 'writeHead'] },
  ])('whose $methods a tracer has wrapped before the platform', ({ methods }) => {
    let store: ObservedStore;
    let app: TestApp;
    let seen: Set<Method>;
    beforeEach(async () => {
      store = new ObservedStore(new MemoryStore());
      seen = new Set();
      app = await TestApp.start({
        platform,
        controllers: [Visits],
        sessions: { store },
        configure: (nest) => {
          const server = nest.getHttpServer() as Server;
          server.prependListener('request', (_, response: ServerResponse) => trace(response, methods, seen));
        },
      });
    });
    afterEach(() => app.close());

    it.each(['value', 'timer', 'stream', 'pieces'])('brings the cookie, and loses no update: %s', async (way) => {
      const visitor = app.browser();
      expect((await visitor.post(`/${way}`)).setCookies).toHaveLength(1);
      const replies = await Promise.all(Array.from({ length: 30 }, () => visitor.post(`/${way}`)));
      expect(replies.filter(({ status }) => status >= 400)).toEqual([]);
      expect((await visitor.get('/visits')).json()).toEqual({ n: 31 });
    });

    it('passes by the tracer all the same', async () => {
      await app.browser().post('/pieces');
      expect([...seen].sort()).toEqual(methods);
    });

    it.each(['value', 'timer', 'stream', 'pieces'])('is no success when nothing could be stored: %s', async (way) => {
      const visitor = app.browser();
      await visitor.post(`/${way}`);
      store.before('update', () => Promise.reject(new Error('out of order')));
      const status = await visitor.post(`/${way}`).then(
        (reply) => reply.status,
        () => 'cut',
      );
      expect([503, 'cut']).toContain(status);
      store.mend();
      expect((await visitor.get('/visits')).json()).toEqual({ n: 1 });
    });
  });
});

it.each(PLATFORMS)('On %s, a reply whose headers are written past the session is told of once', async (platform) => {
  const app = await TestApp.start({ platform, controllers: [Visits] });
  for (const way of ['value', 'timer', 'stream', 'pieces']) await app.browser().post(`/${way}`);
  const before = app.logs.matching(/past the session/, 'warn');
  const { setCookies } = await app.browser().post('/past');
  await app.browser().post('/past');
  await app.close();
  expect(before).toEqual([]);
  expect(setCookies).toEqual([]);
  expect(app.logs.matching(/past the session/, 'warn')).toEqual([
    expect.stringMatching(/^POST \/past: the headers of the response were sent past the session/),
  ]);
});

it('A response with a cookie is for no shared cache, whatever a wrapper sets when its headers leave', async () => {
  const app = await TestApp.start({
    controllers: [Visits],
    configure: (nest) => {
      nest.use((_: unknown, response: ServerResponse, next: () => void) => {
        onHeaders(response, () =>
          response.setHeader('Cache-Control', 'public, max-age=60').setHeader('Vary', 'Accept'),
        );
        next();
      });
    },
  });
  const { headers } = await app.browser().get('/page');
  const { headers: ofNobody } = await app.browser().get('/notice');
  await app.close();
  expect(headers.get('cache-control')).toBe('private, max-age=60');
  expect(headers.get('vary')).toBe('Accept, Cookie');
  expect(ofNobody.get('cache-control')).toBe('public, max-age=60');
  expect(ofNobody.get('vary')).toBe('Accept');
});

describe.each(PLATFORMS)('On %s, a session', (platform) => {
  it.each([10, 0])('takes none of the listeners of a response that its application may have: %i', async (most) => {
    const room: number[] = [];
    const note = (response: ServerResponse): void => {
      room.push(response.getMaxListeners() - (most > 0 ? response.listenerCount('close') : 0));
    };
    @Controller()
    class Listeners {
      @Get() touch(@Session() session: Session, @Res({ passthrough: true }) reply: AnyReply): void {
        session.set('visits', 1);
        note(nodeResponse(reply));
      }
    }
    const app = await TestApp.start({
      platform,
      controllers: [Listeners],
      configure: (nest) => {
        nest.use((_: unknown, response: ServerResponse, next: () => void) => {
          response.setMaxListeners(most);
          note(response);
          next();
        });
      },
    });
    await app.browser().get('/');
    await app.close();
    expect(room).toHaveLength(2);
    expect(room[1]).toBe(room[0]);
  });
});
