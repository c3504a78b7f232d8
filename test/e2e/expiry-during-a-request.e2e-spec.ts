import { Controller, Get, InternalServerErrorException } from '@nestjs/common';
import { LockSession, minutes, seconds, Session } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { parseCookieLine } from '../support/http/cookie-line.js';
import { Gate } from '../support/basics/gate.js';
import { freshStore, startNotes } from '../support/http/notes-app.js';
import { storeKinds } from '../support/stores/stores.js';

let gate = new Gate();

class SlowDeeds {
  @Get('set') async set(@Session() session: Session): Promise<void> {
    await gate.pass();
    session.set('slow', true);
  }

  @Get('fail') async fail(@Session() session: Session): Promise<void> {
    session.set('slow', true);
    await gate.pass();
    throw new InternalServerErrorException();
  }
}

@Controller('locked')
class Locked extends SlowDeeds {}

@Controller('unlocked')
@LockSession('explicit')
class Unlocked extends SlowDeeds {}

const timeout = minutes(20);

describe.each(storeKinds)('A request that runs beyond the expiry of its session, on $name,', (kind) => {
  let now: number;
  let visitor: Browser;

  beforeEach(async () => {
    gate = new Gate();
    now = Date.UTC(2030, 0, 1);
    const sessions = { store: await freshStore(kind), clock: { now: () => now }, timeout };
    visitor = (await startNotes({ controllers: [Locked, Unlocked], sessions })).browser();
    await visitor.post('/notes', { user: 'ann' });
    now += timeout - seconds(1);
  });

  async function slowly(path: string): Promise<{ status: number; maxAge: string | undefined }> {
    const request = visitor.get(path);
    await gate.reached;
    now += minutes(2);
    gate.open();
    const { status, setCookies } = await request;
    return { status, maxAge: parseCookieLine(setCookies[0]).attribute('Max-Age') };
  }

  it.each(['/locked/set', '/unlocked/set'])('is stored: it began in time (%s)', async (path) => {
    expect(await slowly(path)).toEqual({ status: 200, maxAge: String((timeout - minutes(2)) / 1_000) });
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', slow: true });
  });

  it.each(['/locked/fail', '/unlocked/fail'])('and fails stores nothing, but the visitor stays (%s)', async (path) => {
    expect(await slowly(path)).toEqual({ status: 500, maxAge: String((timeout - minutes(2)) / 1_000) });
    now += timeout - minutes(2) - 1;
    expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann' });
  });
});
