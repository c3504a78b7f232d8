import { Controller, Get, Post, Req } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { MemoryStore } from 'nestjs-sessions';
import { expressSession } from 'nestjs-sessions/express-session';
import { TestApp } from '../../support/http/test-app.js';
import { ObservedStore } from '../../support/stores/observed-store.js';

type Data = Record<string, unknown>;
type Handle = (request: Request, response: Response, next?: NextFunction) => void;

const dataOf = (req: Request): Data => req.session as unknown as Data;

@Controller()
class NewController {
  @Post('new')
  arrived(@Req() req: Request): object {
    dataOf(req)['arrived'] = true;
    return {};
  }

  @Get('data')
  data(@Req() req: Request): object {
    return { ...dataOf(req) };
  }
}

/** The ways in which Express sends a request through all middleware once more. */
const WAYS: readonly (readonly [string, (req: Request) => Handle])[] = [
  ['the router', ({ app }) => app.router as Handle],
  ['the application', ({ app }) => app as Handle],
];

describe.each(WAYS)('A request that middleware passes on, with another URL, to %s', (_, handleOf) => {
  it('keeps its session, is loaded once and committed once', async () => {
    const store = new ObservedStore(new MemoryStore());
    const app = await TestApp.start({
      controllers: [NewController],
      sessions: { store, compatibility: expressSession(), lock: { wait: 500 } },
      configure: (nest) =>
        nest.use('/old', (req: Request, res: Response, next: NextFunction) => {
          dataOf(req)['passedOn'] = true;
          req.url = '/new';
          handleOf(req)(req, res, next);
        }),
    });
    const browser = app.browser();
    await browser.post('/new');
    store.takeCalls();

    expect((await browser.post('/old')).status).toBe(201);

    expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
    expect((await browser.get('/data')).json()).toEqual({ arrived: true, passedOn: true });
    await app.close();
  });
});

describe('A request that one application hands to another, both in the manner of express-session', () => {
  @Controller()
  class VisitsController {
    @Get('visits')
    visits(@Req() req: Request & { readonly sessionID?: string }): object {
      const data = dataOf(req);
      data['visits'] = Number(data['visits'] ?? 0) + 1;
      return { visits: data['visits'], isItsId: req.sessionID === data['id'] };
    }
  }

  it('has the session of the one that answers, and its id', async () => {
    const inner = await TestApp.start({
      controllers: [VisitsController],
      sessions: { compatibility: expressSession(), cookie: { name: 'inner' } },
    });
    const outer = await TestApp.start({
      controllers: [VisitsController],
      sessions: { compatibility: expressSession(), cookie: { name: 'outer' } },
      configure: (nest) => nest.use('/inner', inner.nest.getHttpAdapter().getInstance() as Handle),
    });
    const browser = outer.browser();

    const replies = [
      await browser.get('/inner/visits'),
      await browser.get('/inner/visits'),
      await browser.get('/visits'),
    ];

    await outer.close();
    await inner.close();
    expect(replies.map((reply) => reply.json())).toEqual([
      { visits: 1, isItsId: true },
      { visits: 2, isItsId: true },
      { visits: 1, isItsId: true },
    ]);
    expect([...browser.cookies.keys()].sort()).toEqual(['inner', 'outer']);
  });
});
