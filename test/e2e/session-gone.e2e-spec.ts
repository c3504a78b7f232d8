import { Controller, Get, Post } from '@nestjs/common';
import { LockSession, RequireSession, seconds, Session } from 'nestjs-sessions';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { ErrorCodes, goneOf } from '../support/http/gone-session.js';
import { startNotes } from '../support/http/notes-app.js';
import { PLATFORMS } from '../support/http/platforms.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { PlaceTime } from '../support/stores/place-time.js';
import type { TestApp } from '../support/http/test-app.js';

let gate = new Gate();

@Controller()
class Pages {
  @Get('gone') gone(@Session() session: Session): unknown[] {
    return ['gone' in session, goneOf(session) ?? null];
  }

  @Get('read-only') @LockSession('read-only') readOnly(@Session() session: Session): unknown[] {
    return this.gone(session);
  }

  @Post('gone-in-section') @LockSession('explicit') async section(@Session() session: Session): Promise<unknown[]> {
    const before = goneOf(session) ?? null;
    await gate.pass();
    const inside = await session.withLock((locked) => [goneOf(locked), locked.get('colour') ?? null]);
    return [before, ...inside, goneOf(session)];
  }

  @Post('login-if-gone') async login(@Session() session: Session): Promise<unknown[]> {
    await session.regenerate();
    session.set('user', 'bob');
    return this.gone(session);
  }

  @Get('any') @RequireSession() any(): string {
    return 'in';
  }

  @Get('colour') @RequireSession('colour') colour(): string {
    return 'in';
  }
}

@Controller('members')
@RequireSession('colour')
class Members {
  @Get() @LockSession('read-only') members(): string {
    return 'in';
  }
}

const endings = [
  { because: 'destroyed', path: '/logout' },
  { because: 'rotated', path: '/login' },
];

describe.each(PLATFORMS)('session.gone, on %s', (platform) => {
  let app: TestApp;
  let browser: Browser;
  let late: Browser;
  let time: PlaceTime;
  let codes: ErrorCodes;

  beforeEach(async () => {
    gate = new Gate();
    codes = new ErrorCodes();
    time = new PlaceTime();
    const sessions = { store: distantMemory(), clock: time.clock };
    app = await startNotes({ platform, controllers: [Pages, Members], sessions, configure: codes.mount });
    browser = app.browser();
    await browser.post('/notes', { colour: 'red' });
    late = browser.clone();
  });

  const goneTo = async (client: Browser, path = '/gone'): Promise<unknown> => (await client.get(path)).json();

  it('is undefined for a visitor who has a session, who is new, or whose cookie leads nowhere', async () => {
    const stranger = app.browser();
    stranger.cookies.set('session_id', 'A'.repeat(43));

    for (const client of [browser, app.browser(), stranger]) expect(await goneTo(client)).toEqual([true, null]);
  });

  describe.each(endings)('of one that was $because', ({ because, path }) => {
    it('says so to whoever comes with its id, until the tombstone is gone', async () => {
      await browser.post(path);

      expect(await goneTo(late)).toEqual([true, because]);
      expect(await goneTo(late, '/read-only')).toEqual([true, because]);
      expect(await goneTo(browser)).toEqual([true, null]);
      await time.pass(seconds(30));
      expect(await goneTo(late)).toEqual([true, null]);
    });

    it('says so in a section that reads it again', async () => {
      const reply = late.post('/gone-in-section');
      await gate.reached;
      await browser.post(path);
      gate.open();

      expect((await reply).json()).toEqual([null, because, null, because]);
    });

    it.each(['/any', '/colour', '/members'])(
      'is what @RequireSession() answers with 409, and without a cookie: %s',
      async (page) => {
        await browser.post(path);
        const refused = ({ status, setCookies }: Reply): unknown[] => [status, setCookies];

        expect(refused(await late.get(page))).toEqual([409, []]);
        expect(codes.seen).toEqual(['SESSION_GONE']);
        await time.pass(seconds(30));
        expect(refused(await late.get(page))).toEqual([401, []]);
      },
    );
  });
});
