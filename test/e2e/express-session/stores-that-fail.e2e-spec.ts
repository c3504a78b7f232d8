import { Controller, Get, Post, Req } from '@nestjs/common';
import type { Request } from 'express';
import { MemoryStore, Session, type Session as OurSession } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { ObservedStore } from '../../support/stores/observed-store.js';
import { TestApp } from '../../support/http/test-app.js';

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

describe('The store behind req.session in the manner of express-session', () => {
  let app: TestApp;
  let store: ObservedStore;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    app = await TestApp.start({
      controllers: [VisitsController, DecoratedController],
      sessions: { store, compatibility: expressSession() },
    });
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

  it('leads to a 503 when it cannot be written', async () => {
    const browser = app.browser();
    await browser.post('/visits');
    store.before('update', () => Promise.reject(new Error('the disk is full')));

    expect((await browser.post('/visits')).status).toBe(503);

    store.mend();
    expect((await browser.get('/visits')).json()).toEqual({ visits: 1 });
  });
});
