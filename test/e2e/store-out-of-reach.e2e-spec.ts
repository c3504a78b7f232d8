import { Controller, Get, Param, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Reply } from '../support/http/browser.js';
import type { FaultProxy } from '../support/servers/fault-proxy.js';
import { Gate } from '../support/basics/gate.js';
import { until } from '../support/basics/within.js';
import {
  onMemcached,
  onRedis,
  throughPg,
  throughTypeorm,
  type ProxiedStore,
} from '../support/stores/proxied-stores.js';
import { TestApp } from '../support/http/test-app.js';

const DEADLINE = 1_500;
/** For a busy machine; what has no deadline takes longer. */
const GRACE = 60_000;
/** What was locked when the store went is locked until its lease runs out: nobody could unlock it. */
const LEASE = 1_000;

const newGates = (): Record<'first' | 'again', Gate> => ({ first: new Gate(), again: new Gate() });

let gates = newGates();
let handlersRun = 0;

@Controller()
class Pages {
  @Get('public') show(): string {
    return 'public';
  }

  @Post('visit') visit(@Session() session: Session): number {
    handlersRun += 1;
    session.set('visits', (session.get('visits') ?? 0) + 1);
    return session.get('visits');
  }

  @Post('slow-visit/:visit') async slowVisit(
    @Session() session: Session,
    @Param('visit') visit: 'first' | 'again',
  ): Promise<number> {
    await gates[visit].pass();
    return this.visit(session);
  }
}

const faults = {
  'is cut off': async (proxy: FaultProxy): Promise<void> => {
    await proxy.setMode('refuse');
    proxy.killAll();
  },
  hangs: (proxy: FaultProxy): Promise<void> => proxy.setMode('blackhole'),
};

/** What is counted when it is back: what was answered with 503 is not done. */
const NOT_DONE = /^2$/;
/** These clients keep what they could not send, and may send it when the server is back: then it is done after all. */
const UNKNOWN = /^[23]$/;

describe.each([
  { name: 'PostgreSQL, used through pg,', open: throughPg, begun: NOT_DONE },
  { name: 'PostgreSQL, used through TypeORM,', open: throughTypeorm, begun: NOT_DONE },
  { name: 'memcached', open: onMemcached, begun: NOT_DONE },
  { name: 'Redis, used through ioredis,', open: onRedis('ioredis'), begun: UNKNOWN },
  { name: 'Redis, used through node-redis,', open: onRedis('node-redis'), begun: UNKNOWN },
])('When $name', ({ open, begun }) => {
  let backend: ProxiedStore;
  let app: TestApp;
  let visitor: Browser;

  beforeAll(async () => {
    backend = await open({ timeout: DEADLINE });
    const sessions = { store: backend.store, storeTimeout: DEADLINE, lock: { lease: LEASE } };
    app = await TestApp.start({ controllers: [Pages], sessions });
  });
  beforeEach(async () => {
    gates = newGates();
    visitor = app.browser();
    // A client may need a moment to connect again.
    await whenBack();
    handlersRun = 0;
  });
  afterEach(() => backend.proxy.setMode('ok'));
  afterAll(async () => {
    await app.close();
    await backend.close();
  });

  async function expectOutage(request: Promise<Reply>): Promise<void> {
    const started = performance.now();
    const reply = await request;
    expect(performance.now() - started).toBeLessThan(DEADLINE + GRACE);
    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  }

  /** Asks until the answer is another than 503, as clients do that heed `Retry-After`. */
  async function whenBack(): Promise<Reply> {
    let reply = await visitor.post('/visit');
    await until('The store is back', async () => {
      if (reply.status === 503) {
        await pause(100);
        reply = await visitor.post('/visit');
      }
      return reply.status !== 503;
    });
    return reply;
  }

  describe.each(Object.entries(faults))('%s', (_, breakDown) => {
    it('routes with the session answer 503 in time, and no handler runs; when it is back, they are too', async () => {
      await breakDown(backend.proxy);
      await expectOutage(visitor.post('/visit'));
      await expectOutage(visitor.post('/visit'));
      expect(handlersRun).toBe(0);

      await backend.proxy.setMode('ok');
      expect(await whenBack()).toMatchObject({ status: 201, text: '2' });
    });

    it('a request that has begun is answered 503 in time, a first visit as well', async () => {
      const running = [visitor.post('/slow-visit/again'), app.browser().post('/slow-visit/first')];
      await Promise.all([gates.again.reached, gates.first.reached]);
      await breakDown(backend.proxy);
      gates.again.open();
      gates.first.open();
      await Promise.all(running.map((request) => expectOutage(request)));

      await backend.proxy.setMode('ok');
      expect(await whenBack()).toMatchObject({ status: 201, text: expect.stringMatching(begun) });
    });

    it('routes without the session go on', async () => {
      await breakDown(backend.proxy);

      expect(await visitor.get('/public')).toMatchObject({ status: 200, text: 'public', setCookies: [] });
      expect((await visitor.get('/nowhere')).status).toBe(404);
    });
  });
});
