import {
  Controller,
  Get,
  Injectable,
  InternalServerErrorException,
  Post,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { LockSession, minutes, Session, type SessionObject } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { freshStore, startNotes } from '../support/http/notes-app.js';
import { onPlatforms } from '../support/http/stores-on-platforms.js';
import { everyStoreKind } from '../support/stores/stores.js';
import { idOf } from '../support/stores/stored-sessions.js';

@Injectable()
class RotatingGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await context.switchToHttp().getRequest<{ session: SessionObject }>().session.regenerate();
    return true;
  }
}

@Controller()
class RotationController {
  @Post('rotate') async rotate(@Session() session: Session): Promise<string[]> {
    session.set('before', 1);
    const { data } = session;
    const ids = [session.id];
    await session.regenerate();
    ids.push(session.id);
    session.set('after', 2);
    data['byReference'] = 3;
    ids.push(session.id);
    return ids;
  }

  @Post('rotate-unlocked') @LockSession('explicit') unlocked(@Session() session: Session): Promise<string[]> {
    return this.rotate(session);
  }

  @Post('start-over') async startOver(@Session() session: Session): Promise<void> {
    await session.regenerate({ keepData: false });
    session.set('after', 2);
  }

  @Post('rotate-in-guard') @UseGuards(RotatingGuard) inGuard(): void {}

  @Post('rotate-and-fail') async fail(@Session() session: Session): Promise<void> {
    await this.rotate(session);
    throw new InternalServerErrorException();
  }

  @Post('rotate-save-and-fail') async saveAndFail(@Session() session: Session): Promise<void> {
    await this.rotate(session);
    await session.save();
    throw new InternalServerErrorException();
  }

  @Post('rotate-twice') async twice(@Session() session: Session): Promise<void> {
    await session.regenerate({ keepData: false });
    await session.regenerate();
    session.set('twice', true);
  }

  @Post('save-and-rotate') async saveAndRotate(@Session() session: Session): Promise<string[]> {
    await session.regenerate();
    await session.save();
    const first = session.id;
    await session.regenerate();
    await session.save();
    session.set('locked', session.locked);
    return [first, session.id];
  }

  @Get('size') size(@Session() session: Session): number {
    return session.size;
  }
}

describe.each(onPlatforms(everyStoreKind))('regenerate() on $name', ({ kind, platform }) => {
  let browser: Browser;
  let old: Browser;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    const store = await freshStore(kind);
    const sessions = { store, clock: { now: () => now }, absoluteTimeout: minutes(10) };
    browser = (await startNotes({ platform, controllers: [RotationController], sessions })).browser();
    await browser.post('/notes', { user: 'ann' });
    old = browser.clone();
  });

  const notes = async (client: Browser): Promise<unknown> => (await client.get('/notes')).json();

  it.each(['/rotate', '/rotate-unlocked'])(
    'changes session.id at once, and the same session object goes on with its data: %s',
    async (path) => {
      const ids = (await browser.post(path)).json<string[]>();
      expect(ids).toEqual([idOf(old), idOf(browser), idOf(browser)]);
      expect(idOf(browser)).not.toBe(idOf(old));
      expect(await notes(browser)).toEqual({ user: 'ann', before: 1, after: 2, byReference: 3 });
      expect(await notes(old)).toEqual({});
    },
  );

  it('with keepData: false keeps nothing but what is set after it', async () => {
    await browser.post('/start-over');
    expect(await notes(browser)).toEqual({ after: 2 });
    expect(await notes(old)).toEqual({});
  });

  it('loses nothing when nobody has read the session before', async () => {
    await browser.post('/rotate-in-guard');
    expect(idOf(browser)).not.toBe(idOf(old));
    expect(await notes(browser)).toEqual({ user: 'ann' });
    expect(await notes(old)).toEqual({});
  });

  it('has rotated nothing when the request is discarded', async () => {
    const { status, setCookies } = await browser.post('/rotate-and-fail');
    expect([status, setCookies]).toEqual([500, []]);
    expect(await notes(browser)).toEqual({ user: 'ann' });
  });

  it('stays when save() has written it, and its cookie goes with the error', async () => {
    expect((await browser.post('/rotate-save-and-fail')).status).toBe(500);
    expect(idOf(browser)).not.toBe(idOf(old));
    expect(await notes(browser)).toMatchObject({ user: 'ann', after: 2 });
    expect(await notes(old)).toEqual({});
  });

  it('leaves the absolute timeout where it was', async () => {
    now += minutes(9);
    await browser.post('/rotate');
    expect(await notes(browser)).toMatchObject({ user: 'ann' });
    now += minutes(1);
    expect(await notes(browser)).toEqual({});
  });

  it('with keepData: false starts a new life, with an absolute timeout of its own', async () => {
    now += minutes(9);
    await browser.post('/start-over');
    now += minutes(9);
    expect(await notes(browser)).toEqual({ after: 2 });
    now += minutes(1);
    expect(await notes(browser)).toEqual({});
  });

  it('with keepData: false stays a new life when it is called once more', async () => {
    now += minutes(9);
    await browser.post('/rotate-twice');
    now += minutes(9);
    expect(await notes(browser)).toEqual({ twice: true });
  });

  it('keeps the lock, also when save() writes it and it is called again', async () => {
    const [first] = (await browser.post('/save-and-rotate')).json<string[]>();
    expect(await notes(browser)).toEqual({ user: 'ann', locked: true });
    const middle = browser.clone();
    middle.cookies.set('session_id', first ?? '');
    expect(await notes(middle)).toEqual({});
    expect(await notes(old)).toEqual({});
  });

  it('of a visitor without a session stores nothing until something is set', async () => {
    const visitor = browser.clone();
    visitor.cookies.clear();
    expect((await visitor.post('/rotate-in-guard')).setCookies).toEqual([]);
    expect((await visitor.post('/start-over')).setCookies).toHaveLength(1);
    expect(await notes(visitor)).toEqual({ after: 2 });
  });
});
