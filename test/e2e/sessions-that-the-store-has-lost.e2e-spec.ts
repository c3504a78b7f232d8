import { Controller, Post } from '@nestjs/common';
import { LockSession, minutes, Session } from 'nestjs-sessions';
import { parseCookieLine } from '../support/http/cookie-line.js';
import type { Browser, Reply } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { ErrorCodes } from '../support/http/gone-session.js';
import { preparePlace, startNotes } from '../support/http/notes-app.js';
import { idOf, loseRecord } from '../support/stores/stored-sessions.js';
import { PlaceTime } from '../support/stores/place-time.js';
import { storeKinds } from '../support/stores/stores.js';
import type { TestApp } from '../support/http/test-app.js';

let gate = new Gate();

@Controller('locked')
class Locked {
  @Post('change') async change(@Session() session: Session): Promise<string> {
    await gate.pass();
    session.set('visits', 1);
    return 'done';
  }

  @Post('save') async save(@Session() session: Session): Promise<string> {
    await this.change(session);
    await session.save();
    return 'done';
  }

  @Post('read') async read(@Session() session: Session): Promise<string> {
    await gate.pass();
    return session.get('colour');
  }

  @Post('login') async login(@Session() session: Session): Promise<string> {
    await gate.pass();
    session.set('userId', 7);
    await session.regenerate();
    return session.id;
  }

  @Post('logout') async logout(@Session() session: Session): Promise<string> {
    await gate.pass();
    await session.destroy();
    return 'done';
  }
}

@Controller('unlocked')
@LockSession('explicit')
class Unlocked extends Locked {}

describe.each(storeKinds)('A session on $name that is lost while a request runs, without a tombstone,', (kind) => {
  let app: TestApp;
  let browser: Browser;
  let old: Browser;
  let codes: ErrorCodes;
  let time: PlaceTime;

  beforeEach(async () => {
    gate = new Gate();
    codes = new ErrorCodes();
    const place = await preparePlace(kind);
    time = new PlaceTime(place);
    const sessions = { store: place.open(), clock: time.clock };
    app = await startNotes({ controllers: [Locked, Unlocked], sessions, configure: codes.mount });
    browser = app.browser();
    await browser.post('/notes', { colour: 'red' });
    old = browser.clone();
  });

  async function during(path: string, isDue = false): Promise<Reply> {
    // Later than touchAfter, and earlier than the expiry.
    if (isDue) await time.pass(minutes(10));
    const reply = browser.post(path);
    await gate.reached;
    await loseRecord(app, idOf(old));
    gate.open();
    return reply;
  }

  const readWithOldCookie = async (): Promise<unknown> => (await old.get('/notes')).json();

  it.each(['/locked/change', '/unlocked/change', '/locked/save', '/unlocked/save'])(
    'is a 409 that expires the cookie when the request has changed it: %s',
    async (path) => {
      const { status, setCookies } = await during(path);

      expect([status, setCookies.length, browser.cookies.size]).toEqual([409, 1, 0]);
      expect(parseCookieLine(setCookies[0]).attribute('Path')).toBe('/');
      expect(codes.seen).toEqual(['SESSION_GONE']);
      expect(await readWithOldCookie()).toEqual({});
    },
  );

  it.each(['/locked/read', '/unlocked/read'])('is nothing to a request that has only read: %s', async (path) => {
    const { status, text } = await during(path);

    expect([status, text, codes.seen]).toEqual([201, 'red', []]);
    expect(await readWithOldCookie()).toEqual({});
  });

  it.each(['/locked/read', '/unlocked/read'])(
    'does not come back by a touch that is due, and its cookie expires: %s',
    async (path) => {
      const { status, setCookies } = await during(path, true);

      expect([status, setCookies.length, browser.cookies.size]).toEqual([201, 1, 0]);
      expect(await readWithOldCookie()).toEqual({});
    },
  );

  it.each(['/locked/login', '/unlocked/login'])('is made anew by regenerate(): %s', async (path) => {
    const { status, text, setCookies } = await during(path);

    expect([status, setCookies.length, idOf(browser)]).toEqual([201, 1, text]);
    expect((await browser.get('/notes')).json()).toMatchObject({ userId: 7 });
    expect(await readWithOldCookie()).toEqual({});
  });

  it.each(['/locked/logout', '/unlocked/logout'])('is as good as destroyed to a logout: %s', async (path) => {
    const { status, setCookies } = await during(path);

    expect([status, setCookies.length, browser.cookies.size]).toEqual([201, 1, 0]);
  });
});
