import { Controller, Get, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import { MemoryStore, Session, type SessionObject } from 'nestjs-sessions';
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

  @Get('touched') async touched(@Req() request: PassedOn, @Res() response: Response): Promise<void> {
    await request.session.load();
    request.session.set('touched', true);
    passOn(request, response);
  }

  @Get('taken') taken(@Session() session: Session, @Req() request: PassedOn, @Res() response: Response): void {
    session.set('touched', true);
    passOn(request, response);
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
