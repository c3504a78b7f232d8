import { Controller, Get, Next, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { LockSession, MemoryStore, Session, type SessionObject } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import { ObservedStore } from '../support/stores/observed-store.js';

interface PassedOn {
  url: string;
  readonly session: SessionObject;
  /** Express itself. */
  readonly app: (request: PassedOn, response: Response) => void;
  /** The session that the first route saw. */
  before?: unknown;
}

/** Nest runs a middleware once for each of the routes that it is mounted on: so it runs for the old one and for the new. */
const forRoutes = ['notes', 'untouched', 'touched', 'taken', 'new'];

/** Sends the request through all middleware once more, to another route. */
function passOn(request: PassedOn, response: Response): void {
  request.before = request.session;
  request.url = '/new';
  request.app(request, response);
}

@Controller()
class Pages {
  @Get('untouched') untouched(@Req() request: PassedOn, @Res() response: Response): void {
    passOn(request, response);
  }

  /** None of `forRoutes`. */
  @Get('without') without(@Req() request: PassedOn, @Res() response: Response): void {
    passOn(request, response);
  }

  /** No more is this one. */
  @Get('twice') first(@Next() next: () => void): void {
    next();
  }

  @Get('twice') second(@Req() { session }: { session?: unknown }): object {
    return { hasSession: session !== undefined };
  }

  @Get('touched') async touched(@Req() request: PassedOn, @Res() response: Response): Promise<void> {
    await request.session.load();
    request.session.set('touched', true);
    passOn(request, response);
  }

  @Get('taken') taken(@Session() session: Session, @Req() request: PassedOn, @Res() response: Response): void {
    session.set('touched', true);
    passOn(request, response);
  }

  @Get('modes') @LockSession('read-only') reads(@Session() session: Session, @Next() next: () => void): void {
    session.get('user');
    next();
  }

  @Get('modes') writes(@Session() session: Session): object {
    return { user: session.set('arrived', true).get('user'), locked: session.locked };
  }

  @Get('new') new(@Session() session: Session, @Req() { before }: PassedOn): object {
    session.set('arrived', true);
    return { isTheSame: session === before };
  }
}

describe('A request that passes the middleware twice', () => {
  it.each([
    ['untouched', { user: 'ann', arrived: true }],
    ['touched', { user: 'ann', touched: true, arrived: true }],
    ['taken', { user: 'ann', touched: true, arrived: true }],
  ])('keeps its session, loads it once and commits it once: %s', async (route, notes) => {
    const store = new ObservedStore(new MemoryStore());
    const sessions = { store, forRoutes, lock: { wait: 500 } };
    const app = await startNotes({ controllers: [Pages], sessions });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });
    store.takeCalls();

    expect((await visitor.get(`/${route}`)).json()).toEqual({ isTheSame: true });

    expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
    expect((await visitor.get('/notes')).json()).toEqual(notes);
  });
});

describe('A request that a route without a session passes on', () => {
  it('has its session on a route that has one', async () => {
    const app = await startNotes({ controllers: [Pages], sessions: { forRoutes } });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });

    expect((await visitor.get('/without')).json()).toEqual({ isTheSame: false });
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', arrived: true });
  });

  it('has none in a second handler of that route either', async () => {
    const app = await startNotes({ controllers: [Pages], sessions: { forRoutes } });

    expect((await app.browser().get('/twice')).json()).toEqual({ hasSession: false });
  });
});

describe('A request that a read-only handler passes on to one that locks as usual', () => {
  it('is locked there, and may change its session', async () => {
    const app = await startNotes({ controllers: [Pages] });
    const visitor = app.browser();
    await visitor.post('/notes', { user: 'ann' });

    expect((await visitor.get('/modes')).json()).toEqual({ user: 'ann', locked: true });
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', arrived: true });
  });
});
