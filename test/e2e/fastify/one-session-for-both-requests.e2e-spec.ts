import { Body, Controller, Get, Injectable, Post, Req, Session as NestSession } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { CurrentSession, Session, type SessionObject } from 'nestjs-sessions';
import { TestApp } from '../../support/http/test-app.js';
import { loadAndCount, sessionOf } from '../../support/shapes/handler-shape.js';

@Injectable()
class Baskets {
  constructor(readonly current: CurrentSession) {}
}

@Controller()
class Pages {
  constructor(private readonly baskets: Baskets) {}

  @Get('same') same(@Session() ours: Session, @NestSession() nests: unknown, @Req() request: FastifyRequest): unknown {
    return [ours === nests, ours === sessionOf(request), ours === sessionOf(request.raw), ours.get('n')];
  }

  @Get('nest') nest(@NestSession() session: SessionObject): unknown {
    return { loaded: session.loaded, n: session.get('n') };
  }

  @Post('current') current(@Session() session: Session, @Body() body: { items: string[] }): unknown {
    this.baskets.current.set('items', body.items);
    return session.get('items');
  }

  @Post('assign') assign(@Req() request: FastifyRequest): void {
    Reflect.set(request, 'session', { of: 'another library' });
  }
}

function asFastify({ nest }: TestApp): FastifyAdapter {
  return nest.getHttpAdapter() as unknown as FastifyAdapter;
}

describe("The session of Fastify's request and of Node's inside of it", () => {
  let app: TestApp;

  async function start(configure: (nest: NestFastifyApplication) => void = () => undefined): Promise<void> {
    app = await TestApp.start({
      platform: 'fastify',
      controllers: [Pages],
      providers: [Baskets],
      sessions: { currentSession: true },
      configure: (nest) => configure(nest as NestFastifyApplication),
    });
  }
  afterEach(() => app.close());

  it("is one: for our decorator, for Nest's own, for both requests, and for middleware that has changed it", async () => {
    await start((nest) =>
      nest.use((request: IncomingMessage, _: unknown, next: (error?: unknown) => void) => {
        loadAndCount(request).then(() => next(), next);
      }),
    );
    const visitor = app.browser();

    expect((await visitor.get('/same')).json()).toEqual([true, true, true, 1]);
    expect((await visitor.get('/same')).json()).toEqual([true, true, true, 2]);
  });

  it("is loaded for Nest's own @Session()", async () => {
    await start();

    expect((await app.browser().get('/nest')).json()).toEqual({ loaded: true });
  });

  it('is the current one in a handler that runs when a body has come', async () => {
    await start();

    expect((await app.browser().post('/current', { items: ['a'.repeat(100_000)] })).status).toBe(201);
  });

  it('is not assigned: the error says so', async () => {
    await start();

    expect((await app.browser().post('/assign')).status).toBe(500);
    expect(app.logs.matching(/SessionsConfigError: request\.session is not of nestjs-sessions/)).toHaveLength(1);
  });

  it('is there beside a hook of requests that the application has set by itself', async () => {
    const seen: string[] = [];
    await start(() => undefined);
    await app.close();
    app = await TestApp.start({
      platform: 'fastify',
      controllers: [Pages],
      providers: [Baskets],
      configure: (nest) =>
        (nest.getHttpAdapter() as unknown as FastifyAdapter).setOnRequestHook((request, _reply, done) => {
          seen.push(request.url);
          done();
        }),
    });

    expect((await app.browser().get('/nest')).status).toBe(200);
    expect(seen).toEqual(['/nest']);
  });

  it('is an error where that hook was set too late, of which the log alone says why', async () => {
    await start();
    asFastify(app).setOnRequestHook((_request, _reply, done) => done());

    const reply = await app.browser().get('/nest');

    expect(reply.status).toBe(500);
    expect(reply.json()).toEqual({ statusCode: 500, message: 'Internal Server Error' });
    expect(
      app.logs.matching(/SessionsConfigError: .*in a request that SessionsModule has not seen: .*setOnRequestHook\(\)/),
    ).not.toEqual([]);
  });
});
