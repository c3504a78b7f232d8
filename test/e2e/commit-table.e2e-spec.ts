import { Controller, Get } from '@nestjs/common';
import { LockSession, minutes, Session, type SessionObject } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { ObservedStore } from '../support/stores/observed-store.js';
import { TestApp } from '../support/http/test-app.js';
import { PLATFORMS } from '../support/http/platforms.js';

/** What a handler does with the session. */
class Deeds {
  @Get('nothing') nothing(): string {
    return 'nothing';
  }

  @Get('read') read(@Session() session: Session): unknown {
    return session.data;
  }

  @Get('set') set(@Session() session: Session): void {
    session.set('visits', (session.get('visits') ?? 0) + 1);
  }

  @Get('deep') deep(@Session() session: Session): void {
    (session.setDefault('cart', { items: [] }) as { items: string[] }).items.push('apple');
  }

  @Get('set-and-undo') undo(@Session() session: Session): void {
    session.set('passing', 1).delete('passing');
  }

  @Get('set-the-same') same(@Session() session: Session): void {
    session.set('visits', session.get('visits'));
  }

  @Get('regenerate') regenerate(@Session() session: Session): Promise<void> {
    return session.regenerate();
  }

  @Get('destroy') destroy(@Session() session: Session): Promise<void> {
    return session.destroy();
  }

  @Get('destroy-and-set') async destroyAndSet(@Session() session: Session): Promise<SessionObject> {
    await session.destroy();
    return session.set('visits', 1);
  }
}

@Controller('locked')
class Locked extends Deeds {}

@Controller('unlocked')
@LockSession('explicit')
class Unlocked extends Deeds {}

@Controller('read-only')
@LockSession('read-only')
class ReadOnly extends Deeds {}

const COOKIE = /^session_id=[\w-]{43}/;
const EXPIRED = /^session_id=; Max-Age=0; .*Path=\/; HttpOnly; SameSite=Lax$/;
const FRESH = minutes(5);
const DUE = minutes(7);

describe.each(PLATFORMS)('What a commit writes and sends, on %s', (platform) => {
  describe.each([true, false])('when cookies are persistent: %s', (persistent) => {
    const start = Date.now();
    let now = start;
    let store: ObservedStore;
    let app: TestApp;

    beforeAll(async () => {
      store = new ObservedStore(distantMemory());
      app = await TestApp.start({
        platform,
        controllers: [Locked, Unlocked, ReadOnly],
        sessions: { store, clock: { now: () => now }, cookie: { persistent } },
      });
    });
    beforeEach(() => (now = start));
    afterAll(() => app.close());

    async function outcome(visitor: Browser, path: string): Promise<{ calls: string[]; cookies: readonly string[] }> {
      store.takeCalls();
      const { status, setCookies } = await visitor.get(path);
      expect(status).toBe(200);
      return { calls: store.takeCalls(), cookies: setCookies };
    }

    /** A visitor whose session was stored so long ago. */
    async function visitorSince(milliseconds: number): Promise<Browser> {
      const visitor = app.browser();
      await visitor.get('/locked/set');
      now += milliseconds;
      return visitor;
    }

    const set = [expect.stringMatching(COOKIE)];
    const refreshed = persistent ? set : [];
    const expired = [expect.stringMatching(EXPIRED)];

    it.each(['locked', 'unlocked', 'read-only'])('nothing for a session that is never loaded: %s', async (mode) => {
      const visitor = await visitorSince(DUE);

      expect(await outcome(visitor, `/${mode}/nothing`)).toEqual({ calls: [], cookies: [] });
    });

    it.each(['read', 'set-and-undo', 'destroy', 'destroy-and-set', 'regenerate'])(
      'nothing for a new session in which nothing is left: %s',
      async (deed) => {
        expect(await outcome(app.browser(), `/locked/${deed}`)).toEqual({ calls: [], cookies: [] });
        expect(await outcome(app.browser(), `/unlocked/${deed}`)).toEqual({ calls: [], cookies: [] });
      },
    );

    it.each(['/locked/set', '/locked/deep', '/unlocked/set'])('a new session with data: %s', async (path) => {
      expect(await outcome(app.browser(), path)).toEqual({ calls: ['create'], cookies: set });
    });

    it.each([
      ['/locked/read', ['tryLock', 'unlock']],
      ['/locked/set-the-same', ['tryLock', 'unlock']],
      ['/locked/set-and-undo', ['tryLock', 'unlock']],
      ['/unlocked/read', ['load']],
      ['/unlocked/set-the-same', ['load']],
      ['/read-only/read', ['load']],
    ])('nothing for what is unchanged and fresh: %s', async (path, calls) => {
      expect(await outcome(await visitorSince(FRESH), path)).toEqual({ calls, cookies: [] });
    });

    it.each([
      ['/locked/read', ['tryLock', 'unlock+touch']],
      ['/locked/set-the-same', ['tryLock', 'unlock+touch']],
      ['/unlocked/read', ['load', 'touch']],
      ['/read-only/read', ['load', 'touch']],
    ])('a touch for what is unchanged and due, and its cookie when that is persistent: %s', async (path, calls) => {
      const visitor = await visitorSince(DUE);

      expect(await outcome(visitor, path)).toEqual({ calls, cookies: refreshed });
      expect((await outcome(visitor, path)).cookies).toEqual([]);
    });

    it.each([
      ['/locked/set', ['tryLock', 'update+unlock']],
      ['/locked/deep', ['tryLock', 'update+unlock']],
      ['/unlocked/set', ['load', 'update']],
      ['/unlocked/deep', ['load', 'update']],
    ])('an update for what changed, and its cookie when that is persistent and due: %s', async (path, calls) => {
      expect(await outcome(await visitorSince(FRESH), path)).toEqual({ calls, cookies: [] });

      now = start;
      const visitor = await visitorSince(DUE);
      expect(await outcome(visitor, path)).toEqual({ calls, cookies: refreshed });
      expect((await outcome(visitor, path)).cookies).toEqual([]);
    });

    it.each([
      ['/locked/regenerate', ['tryLock', 'rotate+unlock']],
      ['/unlocked/regenerate', ['load', 'rotate']],
    ])('a new record for the old one, and always its cookie: %s', async (path, calls) => {
      const visitor = await visitorSince(FRESH);
      const id = visitor.cookies.get('session_id');

      expect(await outcome(visitor, path)).toEqual({ calls, cookies: set });
      expect(visitor.cookies.get('session_id')).not.toBe(id);
      expect((await visitor.get('/locked/read')).json()).toEqual({ visits: 1 });
    });

    it.each([
      ['/locked/destroy', ['tryLock', 'delete']],
      ['/locked/destroy-and-set', ['tryLock', 'delete']],
      ['/unlocked/destroy', ['load', 'delete']],
    ])('a deletion, and the cookie expired as it was set: %s', async (path, calls) => {
      const visitor = await visitorSince(DUE);
      const thief = visitor.clone();

      expect(await outcome(visitor, path)).toEqual({ calls, cookies: expired });
      expect((await thief.get('/locked/read')).json()).toEqual({});
    });
  });
});
