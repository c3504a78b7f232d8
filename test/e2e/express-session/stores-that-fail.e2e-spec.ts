import { Catch, Controller, Get, Post, Req, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { MemoryStore, Session, SessionsError, type Session as OurSession } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { TestApp, type TestAppOptions } from '../../support/http/test-app.js';

type Visits = Record<'visits', number | undefined>;

const visitsOf = (req: Request): Visits => req.session as unknown as Visits;

@Controller()
class VisitsController {
  @Get('plain')
  plain(): object {
    return { plain: true };
  }

  @Get('visits')
  visits(@Req() req: Request): object {
    return { visits: visitsOf(req).visits ?? 0 };
  }

  @Post('visits')
  count(@Req() req: Request): object {
    const session = visitsOf(req);
    session.visits = (session.visits ?? 0) + 1;
    return { visits: session.visits };
  }
}

@Controller()
class DecoratedController {
  @Get('decorated')
  decorated(@Session() session: OurSession): object {
    session.set('visits', 1);
    return {};
  }
}

/** Shows an error page, with a flash message for the next one. */
@Catch(SessionsError)
class ErrorPage implements ExceptionFilter {
  async catch(_: SessionsError, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const session = visitsOf(http.getRequest<Request>());
    const { visits } = session;
    session.visits = 0;
    await Promise.resolve();
    http
      .getResponse<Response>()
      .status(507)
      .send({ visits: visits ?? null });
  }
}

describe('The store behind req.session in the manner of express-session', () => {
  let app: TestApp;
  let store: ObservedStore;

  async function start(configure?: TestAppOptions['configure']): Promise<TestApp> {
    store = new ObservedStore(new MemoryStore());
    return TestApp.start({
      controllers: [VisitsController, DecoratedController],
      sessions: { store, compatibility: expressSession() },
      ...(configure === undefined ? {} : { configure }),
    });
  }

  beforeEach(async () => {
    app = await start();
  });

  afterEach(() => app.close());

  it('is not asked for who sends no cookie', async () => {
    await app.browser().get('/visits');

    expect(store.takeCalls()).toEqual([]);
  });

  it('is asked once by a request that looks, and twice by one that changes something under the lock', async () => {
    const browser = app.browser();
    await browser.post('/visits');
    expect(store.takeCalls()).toEqual(['create']);

    await browser.get('/visits');
    expect(store.takeCalls()).toEqual(['load']);

    await browser.post('/visits');
    expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);

    await browser.get('/decorated');
    expect(store.takeCalls()).toEqual(['load', 'tryLock', 'update+unlock']);
  });

  it('leads to a 503 on routes that look at the session when it cannot be read, and not on others', async () => {
    const browser = app.browser();
    await browser.post('/visits');
    store.breakDown();

    expect((await browser.get('/visits')).status).toBe(503);
    expect((await browser.post('/visits')).status).toBe(503);
    expect((await browser.get('/decorated')).status).toBe(503);
    expect((await browser.get('/plain')).status).toBe(200);

    store.mend();
    expect((await browser.get('/visits')).status).toBe(200);
  });

  it.each([
    ['GET', '/visits'],
    ['POST', '/visits'],
    ['GET', '/decorated'],
  ])('lets a filter work on a session that could not be read: %s %s', async (method, path) => {
    await app.close();
    app = await start((nest) => nest.useGlobalFilters(new ErrorPage()));
    const browser = app.browser();
    await browser.post('/visits');
    store.breakDown();

    expect((await browser.request(path, { method })).status).toBe(507);

    store.mend();
    expect((await browser.get('/visits')).json()).toEqual({ visits: 1 });
  });

  it('leads to a 503 when it cannot be written', async () => {
    const browser = app.browser();
    await browser.post('/visits');
    store.before('update', () => Promise.reject(new Error('the disk is full')));

    expect((await browser.post('/visits')).status).toBe(503);

    store.mend();
    expect((await browser.get('/visits')).json()).toEqual({ visits: 1 });
  });
});
