import { Controller, Get, Param, Req, UseGuards } from '@nestjs/common';
import { LockSession, RequireSessionGuard, Session, SessionStoreError } from 'nestjs-sessions';
import type { Reply } from '../support/http/browser.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

let handlersRun = 0;

/** What a handler asks for whose session could not be loaded. */
const CHANGES: Readonly<Record<string, (session: Session) => unknown>> = {
  set: (session) => session.set('visits', 1),
  data: ({ data }) => (data['visits'] = 1),
  save: (session) => session.save(),
  destroy: (session) => session.destroy(),
  regenerate: (session) => session.regenerate(),
  withLock: (session) => session.withLock(() => undefined),
};

@Controller()
class Pages {
  @Get('visit') visit(@Session() session: Session): unknown {
    handlersRun += 1;
    session.set('visits', (session.get('visits') ?? 0) + 1);
    return session.get('visits');
  }

  @Get('read-only') @LockSession('read-only') readOnly(@Session() session: Session): unknown {
    handlersRun += 1;
    return session.get('visits');
  }

  @Get('early') @LockSession('early') early(): void {
    handlersRun += 1;
  }

  /** Goes on without the session, as it thinks. */
  @Get('caught/:change') async caught(
    @Req() { session }: { session: Session },
    @Param('change') change: string,
  ): Promise<object> {
    await session.load().catch(() => undefined);
    handlersRun += 1;
    await CHANGES[change]?.(session);
    return { isDone: true };
  }

  @Get('guarded') @UseGuards(RequireSessionGuard) guarded(): void {
    handlersRun += 1;
  }

  @Get('public') show(): string {
    return 'public';
  }
}

describe.each(PLATFORMS)('A store that cannot be read is an error, not a new session, on %s', (platform) => {
  let store: ObservedStore;
  let app: TestApp;

  beforeAll(async () => {
    store = new ObservedStore(distantMemory());
    app = await TestApp.start({ platform, controllers: [Pages], sessions: { store } });
  });
  beforeEach(() => (handlersRun = 0));
  afterEach(() => store.mend());
  afterAll(() => app.close());

  function expectOutage(reply: Reply): void {
    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(reply.json()).toEqual({ statusCode: 503, message: expect.any(String) });
    expect(reply.text).not.toMatch(/db\.internal|ECONNREFUSED/);
  }

  it.each(['/visit', '/read-only', '/early', '/guarded'])(
    'the reply is 503 with Retry-After and no cookie, and the handler does not run: %s',
    async (path) => {
      const visitor = app.browser();
      await visitor.get('/visit');
      handlersRun = 0;
      store.breakDown();

      expectOutage(await visitor.get(path));

      expect(handlersRun).toBe(0);
    },
  );

  it.each(Object.keys(CHANGES))('no reply says that a handler has done what it could not do: %s', async (change) => {
    const visitor = app.browser();
    await visitor.get('/visit');
    handlersRun = 0;
    store.breakDown();

    expectOutage(await visitor.get(`/caught/${change}`));

    expect(handlersRun).toBe(1);
    store.mend();
    expect((await visitor.get('/visit')).text).toBe('2');
  });

  it('a handler that wants nothing of it answers as it likes', async () => {
    const visitor = app.browser();
    await visitor.get('/visit');
    store.breakDown();

    expect(await visitor.get('/caught/nothing')).toMatchObject({ status: 200, setCookies: [] });
  });

  it('says when to come again, in whole seconds that are not too few', async () => {
    const visitor = app.browser();
    await visitor.get('/visit');
    store.breakDown(() => Promise.reject(new SessionStoreError('the disk is being changed', 1_200)));

    expect((await visitor.get('/visit')).headers.get('retry-after')).toBe('2');
  });

  it('a visitor without a cookie needs no store until something is stored', async () => {
    store.breakDown();

    expect((await app.browser().get('/read-only')).status).toBe(200);
    expectOutage(await app.browser().get('/visit'));
  });

  it('routes that do not touch the session go on', async () => {
    const visitor = app.browser();
    await visitor.get('/visit');
    store.breakDown();

    expect(await visitor.get('/public')).toMatchObject({ status: 200, text: 'public' });
    expect((await visitor.get('/nowhere')).status).toBe(404);
  });

  it('the session is used again as soon as the store is back, with nothing done', async () => {
    const visitor = app.browser();
    await visitor.get('/visit');
    store.breakDown();
    for (let request = 0; request < 10; request += 1) {
      expectOutage(await visitor.get('/visit'));
    }

    store.mend();

    expect(await visitor.get('/visit')).toMatchObject({ status: 200, text: '2' });
  });
});
