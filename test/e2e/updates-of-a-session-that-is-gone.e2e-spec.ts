import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { LockSession, Session, Sessions } from 'nestjs-sessions';
import { ArrivalsGuard, nextArrival } from '../support/http/arrivals.js';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { ErrorCodes } from '../support/http/gone-session.js';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';

const WAITING = 5;

let holder = new Gate();

@Controller()
class Pages {
  @Post('slow-login') async slowLogin(@Session() session: Session): Promise<void> {
    await holder.pass();
    await session.regenerate();
  }

  @Post('slow-logout') async slowLogout(@Session() session: Session): Promise<void> {
    await holder.pass();
    await session.destroy();
  }

  @Post('update') @UseGuards(ArrivalsGuard) update(@Session() session: Session): void {
    session.set('visits', (session.get('visits') ?? 0) + 1);
  }

  @Post('section') @LockSession('explicit') @UseGuards(ArrivalsGuard) section(@Session() session: Session): unknown {
    return session.withLock((locked) => void locked.set('visits', 1));
  }

  @Post('save') @UseGuards(ArrivalsGuard) async save(@Session() session: Session): Promise<void> {
    session.set('visits', 1);
    await session.save();
  }

  @Get('read') @UseGuards(ArrivalsGuard) read(@Session() session: Session): unknown {
    return session.data;
  }

  @Get('to-and-fro') @UseGuards(ArrivalsGuard) toAndFro(@Session() session: Session): unknown {
    session.set('visits', 1);
    session.delete('visits');
    return session.data;
  }
}

/** What a holder of the lock does with the session, and what is left of it under the cookie that it sends. */
const endings = [
  { because: 'rotates it', path: '/slow-login', left: { colour: 'red' } },
  { because: 'destroys it', path: '/slow-logout', left: {} },
];

describe('Requests that wait for a session', () => {
  let app: TestApp;
  let browser: Browser;
  let codes: ErrorCodes;

  beforeEach(async () => {
    holder = new Gate();
    codes = new ErrorCodes();
    const sessions = { store: distantMemory() };
    app = await startNotes({ controllers: [Pages], sessions, configure: codes.mount });
    browser = app.browser();
    await browser.post('/notes', { colour: 'red' });
  });

  async function behind(ending: string, method: string, path: string): Promise<Reply[]> {
    const old = browser.clone();
    const holding = browser.post(ending);
    await holder.reached;
    const waiting: Promise<Reply>[] = [];
    for (let n = 0; n < WAITING; n += 1) {
      const arrival = nextArrival();
      waiting.push(old.clone().request(path, { method }));
      await arrival;
    }
    holder.open();
    expect((await holding).status).toBe(201);
    return Promise.all(waiting);
  }

  describe.each(endings)('behind another one that $because', ({ path, left }) => {
    it.each(['/update', '/section', '/save'])(
      'are answered with 409 and no cookie when they change something: %s',
      async (update) => {
        const replies = await behind(path, 'POST', update);

        expect(replies.map(({ status, setCookies }) => [status, setCookies])).toEqual(Array(WAITING).fill([409, []]));
        expect(codes.seen).toEqual(Array(WAITING).fill('SESSION_GONE'));
        expect((await browser.get('/notes')).json()).toEqual(left);
      },
    );

    it.each(['/read', '/to-and-fro'])(
      'are served when they change nothing, and find an empty session: %s',
      async (read) => {
        const replies = await behind(path, 'GET', read);

        const served = [200, '{}', []];
        expect(replies.map(({ status, text, setCookies }) => [status, text, setCookies])).toEqual(
          Array(WAITING).fill(served),
        );
        expect((await browser.get('/notes')).json()).toEqual(left);
      },
    );
  });

  it('outside of a request are told by a rejection of Sessions.open()', async () => {
    const sessions = app.nest.get(Sessions);
    const { cookieHeader } = browser;
    await browser.post('/logout');

    await expect(sessions.open(cookieHeader, (session) => void session.set('late', true))).rejects.toMatchObject({
      code: 'SESSION_GONE',
      status: 409,
    });
    expect(await sessions.open(cookieHeader, (session) => session.data)).toEqual({});
  });
});
