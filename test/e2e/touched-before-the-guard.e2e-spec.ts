import { Controller, Get, Post, type INestApplication } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { LockSession, Session } from 'nestjs-sessions';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import type { TestApp } from '../support/http/test-app.js';

const TOGETHER = 3;

let arrived = 0;
let openTogether: () => void = () => undefined;
let together: Promise<void>;

/** Resolves when so many handlers run at the same time: never, when they wait for each other's lock. */
async function meet(): Promise<void> {
  arrived += 1;
  if (arrived === TOGETHER) {
    openTogether();
  }
  await together;
}

@Controller()
class Pages {
  @Get('read-only') @LockSession('read-only') async readOnly(@Session() session: Session): Promise<unknown> {
    await meet();
    return [session.locked, session.get('seen')];
  }

  @Get('explicit') @LockSession('explicit') async explicit(@Session() session: Session): Promise<unknown> {
    await meet();
    return [session.locked, session.get('seen')];
  }

  @Get('implicit') implicit(@Session() session: Session): unknown {
    return [session.locked, session.get('seen')];
  }
}

@Controller()
class Counts {
  @Post('count') @LockSession('implicit') async count(@Session() session: Session): Promise<unknown> {
    const before = (session.get('visits') as number | undefined) ?? 0;
    await new Promise(setImmediate);
    session.set('visits', before + 1);
    return [session.locked, before + 1];
  }
}

/** As a middleware of passport would do it, mounted in main.ts: it runs before the guard knows the route. */
function touch(app: INestApplication): void {
  app.use((request: Request & { session: Session }, _: Response, next: NextFunction) => {
    const { session } = request;
    session.load().then(() => {
      session.set('seen', true);
      next();
    }, next);
  });
}

describe.each(PLATFORMS)('A session that middleware of main.ts has touched and changed, on %s', (platform) => {
  let app: TestApp;

  beforeEach(async () => {
    arrived = 0;
    together = new Promise((resolve) => (openTogether = resolve));
    app = await startNotes({ platform, controllers: [Pages], sessions: { lock: { wait: 2_000 } }, configure: touch });
  });
  afterEach(() => app.close());

  it.each(['/read-only', '/explicit'])('is stored, and unlocked for a route that wants no lock: %s', async (path) => {
    const visitor = app.browser();
    await visitor.get('/implicit');

    const replies = await Promise.all(Array.from({ length: TOGETHER }, () => visitor.get(path)));

    expect(replies.map((reply) => reply.json())).toEqual(Array(TOGETHER).fill([false, true]));
  });

  it('stays locked for a route that wants the lock', async () => {
    const visitor = app.browser();
    await visitor.get('/implicit');

    expect((await visitor.get('/implicit')).json()).toEqual([true, true]);
  });
});

describe('A session that middleware of main.ts has read without a lock', () => {
  it('is locked for a route that wants the lock', async () => {
    const sessions = { locking: 'read-only', lock: { wait: 2_000 } } as const;
    const read = (app: INestApplication): void => {
      app.use((request: Request & { session: Session }, _: Response, next: NextFunction) => {
        request.session.load().then(() => next(), next);
      });
    };
    const app = await startNotes({ controllers: [Counts], sessions, configure: read });
    const visitor = app.browser();
    await visitor.post('/count');
    await Promise.all(Array.from({ length: 5 }, () => visitor.post('/count')));

    expect((await visitor.post('/count')).json()).toEqual([true, 7]);
  });
});
