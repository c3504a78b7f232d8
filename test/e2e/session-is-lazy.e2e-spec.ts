import { Controller, Get, Req } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { MemoryStore, Session, type SessionObject } from 'nestjs-sessions';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

@Controller()
class Pages {
  @Get('public') show(): string {
    return 'public';
  }

  @Get('looks') look(@Req() request: { session: SessionObject }): object {
    return { loaded: request.session.loaded, locked: request.session.locked };
  }

  @Get('visit') visit(@Session() session: Session): number {
    session.set('visits', (session.get('visits') ?? 0) + 1);
    return session.get('visits');
  }
}

describe.each(PLATFORMS)('The session of a request, on %s', (platform) => {
  const store = new ObservedStore(new MemoryStore());
  let idsMade = 0;
  let app: TestApp;

  beforeAll(async () => {
    const generateId = (): string => {
      idsMade += 1;
      return randomBytes(32).toString('base64url');
    };
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store, generateId } });
  });
  afterAll(() => app.close());
  beforeEach(() => {
    store.takeCalls();
    idsMade = 0;
  });

  it.each(['/public', '/looks', '/missing'])(
    'asks the store nothing, makes no id and sends no cookie: %s',
    async (path) => {
      const visitor = app.browser();
      await visitor.get('/visit');
      const made = idsMade;
      store.takeCalls();

      const reply = await visitor.get(path);

      expect(store.takeCalls()).toEqual([]);
      expect(idsMade).toBe(made);
      expect(reply.setCookies).toEqual([]);
      expect(reply.headers.get('vary')).toBeNull();
    },
  );

  it('is there, and nobody has loaded or locked it', async () => {
    const reply = await app.browser().get('/looks');

    expect(reply.json()).toEqual({ loaded: false, locked: false });
  });

  it('makes no id for a visitor who reads and sets nothing', async () => {
    await app.browser().get('/looks');

    expect(idsMade).toBe(0);
  });

  // On Fastify only requests that have passed by its hooks have a session.
  if (platform === 'fastify') return;

  // A handshake of ws has the first, an upgrade under engine.io the second.
  describe.each<[string, object]>([
    ['no methods', {}],
    ['no events', { writeHead: () => undefined, setHeader: () => undefined, end: () => undefined }],
  ])('with a response that has %s, as sockets pass it', (_, response) => {
    /** As Express hands it to the application. */
    function open(cookie?: string): SessionObject {
      const { request: prototype } = app.nest.getHttpAdapter().getInstance() as { request: object };
      const request = { headers: { cookie }, url: '/socket', socket: {}, res: response };
      return (Object.setPrototypeOf(request, prototype) as { session: SessionObject }).session;
    }

    it('has a lazy session', () => {
      const session = open();

      expect(session.loaded).toBe(false);
      expect(store.takeCalls()).toEqual([]);
    });

    it('has a session that loads, changes and saves', async () => {
      const visitor = app.browser();
      await visitor.get('/visit');

      const session = open(visitor.cookieHeader);
      await session.withLock(() => session.set('visits', 10));

      expect((await visitor.get('/visit')).text).toBe('11');
    });
  });
});
