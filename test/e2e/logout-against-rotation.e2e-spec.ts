import { Controller, Post, UseGuards } from '@nestjs/common';
import { LockSession, Session, Sessions } from 'nestjs-sessions';
import { ArrivalsGuard, nextArrival } from '../support/http/arrivals.js';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { ErrorCodes } from '../support/http/gone-session.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { idOf } from '../support/stores/stored-sessions.js';
import type { TestApp } from '../support/http/test-app.js';

let holder = new Gate();
let gate = new Gate();

@Controller()
class Pages {
  @Post('slow-login') async slowLogin(@Session() session: Session): Promise<void> {
    await holder.pass();
    await session.regenerate();
    session.set('user', 'ann');
  }

  @Post('slow-logout') async slowLogout(@Session() session: Session): Promise<void> {
    await holder.pass();
    await session.destroy();
  }

  @Post('waiting-logout') @UseGuards(ArrivalsGuard) async waiting(@Session() session: Session): Promise<void> {
    await session.destroy();
  }

  @Post('unlocked-logout') @LockSession('explicit') async unlocked(@Session() session: Session): Promise<void> {
    await gate.pass();
    await session.destroy();
  }

  @Post('logout-not-awaited') @LockSession('explicit') async notAwaited(@Session() session: Session): Promise<void> {
    await gate.pass();
    void session.destroy();
  }
}

describe('A logout', () => {
  let app: TestApp;
  let browser: Browser;
  /** The same visitor, in a tab that has not heard yet of what the other one does. */
  let late: Browser;
  let codes: ErrorCodes;

  beforeEach(async () => {
    [holder, gate] = [new Gate(), new Gate()];
    codes = new ErrorCodes();
    const sessions = { store: distantMemory() };
    app = await startNotes({ controllers: [Pages], sessions, configure: codes.mount });
    browser = app.browser();
    await browser.post('/notes', { colour: 'red' });
    late = browser.clone();
  });

  async function behind(path: string): Promise<[Reply, Reply]> {
    const holding = browser.post(path);
    await holder.reached;
    const arrival = nextArrival();
    const logout = late.post('/waiting-logout');
    await arrival;
    holder.open();
    return Promise.all([holding, logout]);
  }

  async function during(path: string, logout: string): Promise<Reply> {
    const reply = late.post(logout);
    await gate.reached;
    await browser.post(path);
    gate.open();
    return reply;
  }

  function expectRefused({ status, setCookies }: Reply): void {
    expect([status, setCookies]).toEqual([409, []]);
    expect(codes.seen).toEqual(['SESSION_GONE']);
  }

  function expectDone({ status, setCookies }: Reply): void {
    expect([status, setCookies.length, late.cookies.size]).toEqual([201, 1, 0]);
  }

  describe('of a session that another request has rotated', () => {
    afterEach(async () => {
      expect((await browser.get('/notes')).json()).toEqual({ colour: 'red', user: 'ann' });
      expectDone(await late.at(app.url).post('/logout', undefined, { headers: { cookie: browser.cookieHeader } }));
      expect((await browser.get('/notes')).json()).toEqual({});
    });

    it('is a 409 when it waited behind that, since the fresh cookie is still logged in', async () => {
      const [login, logout] = await behind('/slow-login');

      expect(login.status).toBe(201);
      expectRefused(logout);
    });

    it.each(['/unlocked-logout', '/logout-not-awaited'])('is a 409 when that came in between: %s', async (logout) => {
      expectRefused(await during('/login', logout));
    });

    it('is a 409 when it comes late', async () => {
      await browser.post('/login');
      expectRefused(await late.post('/logout'));
    });
  });

  describe('of a session that another request has destroyed', () => {
    afterEach(() => expect(codes.seen).toEqual([]));

    it('succeeds when it waited behind that, and expires the cookie', async () => {
      const [first, second] = await behind('/slow-logout');

      expect(first.status).toBe(201);
      expectDone(second);
    });

    it.each(['/unlocked-logout', '/logout-not-awaited'])('succeeds when that came in between: %s', async (logout) => {
      expectDone(await during('/logout', logout));
    });

    it('succeeds when it comes late', async () => {
      await browser.post('/logout');
      expectDone(await late.post('/logout'));
    });

    it('succeeds when it was destroyed by its id', async () => {
      const reply = late.post('/unlocked-logout');
      await gate.reached;
      await app.nest.get(Sessions).destroy(idOf(late));
      gate.open();

      expectDone(await reply);
    });
  });
});
