import { Controller, Get, Post } from '@nestjs/common';
import { LockSession, minutes, Session, seconds, type SessionsModuleOptions, type SessionStore } from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { parseCookieLine } from '../support/http/cookie-line.js';
import { freshStore, startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { storeKinds } from '../support/stores/stores.js';

@Controller()
class Lives {
  @Get('looks') @LockSession('read-only') look(@Session() session: Session): object {
    return session.data;
  }

  @Post('new-life') async newLife(@Session() session: Session): Promise<void> {
    await session.regenerate({ keepData: false });
    session.set('life', 'new');
  }
}

const timeout = minutes(10);
let now = Date.UTC(2030, 0, 1);

async function visitorOn(store: SessionStore, sessions: SessionsModuleOptions): Promise<Browser> {
  const options = { store, clock: { now: () => now }, ...sessions };
  const visitor = (await startNotes({ controllers: [Lives], sessions: options })).browser();
  await visitor.post('/notes', { user: 'ann' });
  return visitor;
}

async function isKnownAfter(visitor: Browser, milliseconds: number, path = '/notes'): Promise<boolean> {
  now += milliseconds;
  return 'user' in (await visitor.get(path)).json<object>();
}

describe('Time', () => {
  it.each([
    [0, minutes(10) - 1],
    [seconds(1), minutes(9)],
    [minutes(1), minutes(9) - 1],
    [minutes(5), minutes(3)],
    [minutes(5), minutes(5) - 1],
    [minutes(9), minutes(1) - 1],
  ])('never logs out who idles less than timeout - touchAfter (touchAfter %d, idle %d)', async (touchAfter, idle) => {
    const visitor = await visitorOn(distantMemory(), { timeout, touchAfter });
    for (let n = 0; n < 13; n += 1) {
      expect(await isKnownAfter(visitor, idle, n % 3 === 1 ? '/looks' : '/notes')).toBe(true);
    }
  });

  it.each([0, seconds(1), minutes(5), minutes(10)])(
    'always logs out who idles for timeout, however the visits before were spaced (touchAfter %d)',
    async (touchAfter) => {
      for (const spacing of [0, touchAfter / 2, touchAfter + 1]) {
        const visitor = await visitorOn(distantMemory(), { timeout, touchAfter });
        for (let n = 0; n < 4; n += 1) await isKnownAfter(visitor, Math.min(spacing, timeout - touchAfter));
        expect(await isKnownAfter(visitor, timeout)).toBe(false);
        expect(await isKnownAfter(visitor, 0)).toBe(false);
      }
    },
  );
});

describe.each(storeKinds)('Time, on $name,', (kind) => {
  const visitorOf = async (sessions: SessionsModuleOptions): Promise<Browser> =>
    visitorOn(await freshStore(kind), sessions);

  it('ends a session at its very instant, and no visit before it is in vain', async () => {
    const visitor = await visitorOf({ timeout, touchAfter: 0 });
    for (let n = 0; n < 3; n += 1) expect(await isKnownAfter(visitor, timeout - 1)).toBe(true);
    expect(await isKnownAfter(visitor, timeout)).toBe(false);
    expect(await isKnownAfter(visitor, 0)).toBe(false);
  });

  it('touches the record only when it is due, and a request that only looks does so as well', async () => {
    const visitor = await visitorOf({ timeout, touchAfter: minutes(5) });
    now += minutes(5);
    expect((await visitor.get('/looks')).setCookies).toEqual([]);
    now += 1;
    const [line] = (await visitor.get('/looks')).setCookies;

    expect(parseCookieLine(line).attribute('Max-Age')).toBe('600');
    expect(await isKnownAfter(visitor, timeout - 1)).toBe(true);
  });

  it('ends a session after absoluteTimeout, used or not, and the cookie says so from the start', async () => {
    const visitor = await visitorOf({ timeout, absoluteTimeout: minutes(30) });
    const maxAges: (string | undefined)[] = [];
    for (let minute = 5; minute < 30; minute += 5) {
      now += minutes(5);
      const reply = await visitor.get('/notes');
      expect(reply.json()).toEqual({ user: 'ann' });
      maxAges.push(...reply.setCookies.map((line) => parseCookieLine(line).attribute('Max-Age')));
    }
    expect(maxAges).toEqual(['600', '600', '600', '600']);
    expect(await isKnownAfter(visitor, minutes(5) - 1)).toBe(true);
    expect(await isKnownAfter(visitor, 1)).toBe(false);
  });

  it('counts the absolute timeout from the first visit, also after regenerate(); keepData: false starts a new life', async () => {
    const [kept, renewed] = await Promise.all([oldVisitor(), oldVisitor()]);
    now += minutes(8);
    await kept.post('/login');
    await renewed.post('/new-life');
    now += minutes(4);

    expect((await kept.get('/notes')).json()).toEqual({});
    expect((await renewed.get('/notes')).json()).toEqual({ life: 'new' });
    now += minutes(8);
    expect((await renewed.get('/notes')).json()).toEqual({});
  });

  function oldVisitor(): Promise<Browser> {
    return visitorOf({ timeout, absoluteTimeout: minutes(12) });
  }
});
