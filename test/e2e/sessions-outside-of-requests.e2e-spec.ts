import { Controller, Get } from '@nestjs/common';
import {
  MemoryStore,
  minutes,
  SessionHeadersSentError,
  SessionReadOnlyError,
  Session,
  Sessions,
  SessionsUnsupportedError,
} from 'nestjs-sessions';
import type { Browser } from '../support/http/browser.js';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { distantMemory } from '../support/stores/distant-memory.js';
import { PlaceTime } from '../support/stores/place-time.js';
import type { TestApp } from '../support/http/test-app.js';

@Controller()
class Slow {
  static gate = new Gate();

  @Get('hold') async hold(@Session() session: Session): Promise<void> {
    await Slow.gate.pass();
    session.set('held', true);
  }
}

describe('Sessions', () => {
  let time: PlaceTime;
  let app: TestApp;
  let sessions: Sessions;
  let visitor: Browser;
  beforeEach(async () => {
    Slow.gate = new Gate();
    time = new PlaceTime();
    app = await startNotes({
      controllers: [Slow],
      sessions: { store: distantMemory(), timeout: minutes(10), clock: time.clock },
    });
    sessions = app.nest.get(Sessions);
    visitor = app.browser();
    await visitor.post('/notes', { visits: 1 });
  });

  async function notes(): Promise<unknown> {
    return (await visitor.get('/notes')).json();
  }

  it('counts the live ones: none that expired, and none that was logged out', async () => {
    const other = app.browser();
    await other.post('/notes', { a: 1 });
    expect(await sessions.count()).toBe(2);
    await other.post('/logout');
    expect(await sessions.count()).toBe(1);
    await time.pass(minutes(10));
    expect(await sessions.count()).toBe(0);
  });

  it('opens the session that a Cookie header names, and what is changed there is found by the next request', async () => {
    const result = await sessions.open(visitor.cookieHeader, (session) => {
      session.set('visits', session.get('visits') + 1);
      return session.get('visits') as number;
    });

    expect(result).toBe(2);
    expect(await notes()).toEqual({ visits: 2 });
  });

  it('holds the lock while it is open: a request waits, and loses nothing', async () => {
    const gate = new Gate();
    const opened = sessions.open(visitor.cookieHeader, async (session) => {
      expect(session.locked).toBe(true);
      await gate.pass();
      session.set('visits', 2);
    });
    await gate.reached;
    Slow.gate.open();
    const request = visitor.get('/hold');
    expect(
      await Promise.race([
        request.then(() => 'answered'),
        app
          .browser()
          .get('/public')
          .then(() => 'waiting'),
      ]),
    ).toBe('waiting');
    gate.open();
    await Promise.all([opened, request]);

    expect(await notes()).toEqual({ visits: 2, held: true });
  });

  it('locks as it is told', async () => {
    const locked = (mode: 'explicit' | 'early' | 'read-only'): Promise<boolean> =>
      sessions.open(visitor.cookieHeader, (session) => session.locked, { mode });

    expect([await locked('explicit'), await locked('early'), await locked('read-only')]).toEqual([false, true, false]);
    await expect(
      sessions.open(visitor.cookieHeader, (session) => session.set('visits', 9), { mode: 'read-only' }),
    ).rejects.toThrow(SessionReadOnlyError);
    await expect(sessions.open('', () => 1, { mode: 'readonly' as never })).rejects.toThrow(/Sessions\.open\(\) mode/);
  });

  it('stores nothing and unlocks when the work fails', async () => {
    const failing = sessions.open(visitor.cookieHeader, (session) => {
      session.set('visits', 9);
      throw new Error('no');
    });

    await expect(failing).rejects.toThrow('no');
    expect(await notes()).toEqual({ visits: 1 });
  });

  it('moves no expiry, and creates no session: it can send no cookie', async () => {
    await time.pass(minutes(9));
    await sessions.open(visitor.cookieHeader, (session) => session.set('visits', 2));
    expect(await sessions.open(undefined, (session) => [session.isNew, session.get('visits')])).toEqual([
      true,
      undefined,
    ]);
    await expect(sessions.open(undefined, (session) => session.set('lost', true))).rejects.toThrow(
      SessionHeadersSentError,
    );
    await expect(sessions.open(undefined, (session) => session.regenerate())).rejects.toThrow(/no response/);
    expect(await sessions.count()).toBe(1);

    await time.pass(minutes(1));
    expect(await notes()).toEqual({});
  });

  it('finds an empty session where it is over, and refuses a change of it: that could not be stored', async () => {
    const { cookieHeader } = visitor;
    const opened = (): Promise<unknown> => sessions.open(cookieHeader, (session) => ({ ...session.data }));
    const changed = (): Promise<unknown> => sessions.open(cookieHeader, (session) => session.set('visits', 2));
    await time.pass(minutes(10));
    expect(await opened()).toEqual({});
    await expect(changed()).rejects.toMatchObject({ code: 'SESSION_GONE', because: 'expired' });

    await visitor.post('/notes', { visits: 1 });
    const loggedOut = visitor.cookieHeader;
    await visitor.post('/logout');
    expect(await sessions.open(loggedOut, (session) => [session.gone, session.size])).toEqual(['destroyed', 0]);
    await expect(sessions.open(loggedOut, (session) => session.set('visits', 2))).rejects.toMatchObject({
      code: 'SESSION_GONE',
      because: 'destroyed',
    });
  });

  it('ends a session by its id, also while a request holds it, and says whether there was one', async () => {
    const { id } = (await visitor.get('/facts')).json<{ id: string }>();
    const request = visitor.get('/hold');
    await Slow.gate.reached;

    expect(await sessions.destroy(id)).toBe(true);
    expect(await sessions.destroy(id)).toBe(false);
    expect(await sessions.destroy('no such id')).toBe(false);
    Slow.gate.open();
    expect((await request).status).toBe(409);
    expect(await notes()).toEqual({});
    expect(await sessions.count()).toBe(0);
  });
});

describe('Sessions', () => {
  let sessions: Sessions;
  beforeEach(async () => {
    sessions = (await startNotes()).nest.get(Sessions);
  });

  it.each([undefined, null, 42, { id: 'x' }])('refuse to destroy %p, and say what they take', async (id) => {
    const destroyed = sessions.destroy(id as never);

    await expect(destroyed).rejects.toThrow(TypeError);
    await expect(destroyed).rejects.toThrow(
      /^Sessions\.destroy\(\) takes the id of a session, which is session\.id; it got /,
    );
  });

  it.each<[unknown, unknown, unknown, RegExp]>([
    [42, () => 1, {}, /takes a Cookie header, which is request\.headers\.cookie.*; it got 42$/],
    [null, () => 1, {}, /takes a Cookie header.*; it got null$/],
    [{ headers: {} }, () => 1, {}, /takes a Cookie header.*; it got a value of type object$/],
    ['a=b', undefined, {}, /takes a function: open\(cookieHeader, async \(session\) => /],
    ['a=b', { mode: 'early' }, {}, /takes a function/],
    ['a=b', () => 1, { mod: 'early' }, /has no option "mod"\. Did you mean "mode"\?$/],
    ['a=b', () => 1, { mode: undefined }, /mode is undefined: leave it out/],
    ['a=b', () => 1, 'early', /takes options like \{ mode: 'read-only' \}; it got 'early'$/],
    ['a=b', () => 1, null, /takes options like .*; it got null$/],
  ])('refuse to open %p with %p and %p, and say what they take', async (cookieHeader, work, options, message) => {
    const opened = sessions.open(cookieHeader as never, work as never, options as never);

    await expect(opened).rejects.toThrow(message);
    await expect(opened).rejects.toThrow(/^Sessions\.open\(\)/);
  });
});

describe('Counting', () => {
  it('is refused by name where the store cannot count', async () => {
    const app = await startNotes({ sessions: { store: Object.assign(new MemoryStore(), { count: undefined }) } });

    await expect(app.nest.get(Sessions).count()).rejects.toThrow(SessionsUnsupportedError);
    await expect(app.nest.get(Sessions).count()).rejects.toThrow('MemoryStore cannot count its sessions');
  });

  it.each<[string, () => Promise<number>]>([
    ['hangs', () => new Promise<number>(() => undefined)],
    ['fails', () => Promise.reject(new Error('down'))],
  ])('is a SessionStoreError when the store %s', async (_, count) => {
    const store = Object.assign(new MemoryStore(), { count });
    const app = await startNotes({ sessions: { store, storeTimeout: 50 } });

    await expect(app.nest.get(Sessions).count()).rejects.toMatchObject({ code: 'SESSION_STORE_FAILED', status: 503 });
  });
});
