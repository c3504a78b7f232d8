import { jest } from '@jest/globals';
import { SessionHeadersSentError, SessionIdCollisionError, SessionReadOnlyError } from '../../lib/errors/index.js';
import { hashSessionId } from '../../lib/session/session-id.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits, LEASE, type Visit } from '../support/engine-visits.js';
import { ObservedStore } from '../support/observed-store.js';

type Session = Visit['session'];

describe('the life of a session', () => {
  let store: ObservedStore;
  let visits: EngineVisits;
  let id: string;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    visits = new EngineVisits(store);
    id = await visits.stored({ cart: ['apple'] });
  });

  async function opened(sent: string | undefined = id, mode?: Parameters<EngineVisits['visit']>[1]): Promise<Visit> {
    const visit = visits.visit(sent, mode);
    await visit.session.load();
    return visit;
  }

  async function stranger(): Promise<Visit> {
    const visit = visits.visit();
    await visit.session.load();
    return visit;
  }

  describe('in read-only mode', () => {
    it.each<[string, (session: Session) => unknown]>([
      ['save()', (session) => session.save()],
      ['acquireLock()', (session) => session.acquireLock()],
      ['acquireLock()', (session) => session.withLock(() => undefined)],
      ['regenerate()', (session) => session.regenerate()],
      ['destroy()', (session) => session.destroy()],
      ['expire()', (session) => session.expire()],
      ['session.set()', (session) => session.set('a', 1)],
      ['session.delete()', (session) => session.delete('cart')],
      ['session.clear()', (session) => session.clear()],
      ['session.pop()', (session) => session.pop('cart')],
      ['session.setDefault()', (session) => session.setDefault('a', 1)],
      ['session.update()', (session) => session.update({ a: 1 })],
    ])('refuses %s, and the error says what to do', async (name, change) => {
      const { lifecycle, session } = await opened(id, 'read-only');
      const changing = async (): Promise<unknown> => change(session);

      await expect(changing()).rejects.toThrow(SessionReadOnlyError);
      await expect(changing()).rejects.toThrow(`${name} is not possible in read-only mode. Take @LockSession`);
      await lifecycle.commit();
      expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
    });

    it('refuses what was changed inside of a value, and gives what is there already', async () => {
      const { lifecycle, session } = await opened(id, 'read-only');
      expect(session.setDefault('cart', [])).toEqual(['apple']);
      (session.get('cart') as string[]).push('pear');

      await expect(lifecycle.commit()).rejects.toThrow(/^Changing the session is not possible in read-only mode/);
      expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
    });
  });

  describe('when the response has started', () => {
    it.each<[string, (session: Session) => unknown]>([
      ['regenerate()', (session) => session.regenerate()],
      ['destroy()', (session) => session.destroy()],
      ['expire()', (session) => session.expire()],
    ])('refuses %s, since the browser would not learn of it', async (name, end) => {
      const { exchange, lifecycle, session } = await opened();
      exchange.hasSentHeaders = true;
      const ending = async (): Promise<unknown> => end(session);

      await expect(ending()).rejects.toThrow(SessionHeadersSentError);
      await expect(ending()).rejects.toThrow(`${name} needs a cookie, and none can be sent, since the response has`);
      await lifecycle.commit();
      expect(lifecycle.cookie).toBeUndefined();
      expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
    });

    it('goes on with what needs no cookie', async () => {
      const { exchange, session } = await opened();
      exchange.hasSentHeaders = true;
      session.set('late', 1);
      await session.save();

      expect(await visits.data(id)).toMatchObject({ late: 1 });
    });
  });

  describe('where no cookie can be sent', () => {
    it.each<[string, (session: Session) => unknown]>([
      ['regenerate()', (session) => session.regenerate()],
      ['expire()', (session) => session.expire()],
    ])('refuses %s', async (name, change) => {
      const { exchange, session } = await opened();
      exchange.cookieObstacle = () => 'it is a script';

      await expect((async () => change(session))()).rejects.toThrow(
        `${name} needs a cookie, and none can be sent, since it is a script.`,
      );
    });

    it('refuses to save a new session, and saves one that has its cookie, or holds nothing', async () => {
      const obstacle = (): string => 'it is a script';
      const { exchange, session } = await stranger();
      exchange.cookieObstacle = obstacle;
      await session.save();
      session.set('a', 1);
      await expect(session.save()).rejects.toThrow('Storing a new session needs a cookie');

      const old = await opened();
      old.exchange.cookieObstacle = obstacle;
      old.session.set('a', 1);
      await old.session.save();
      expect(await visits.data(id)).toMatchObject({ a: 1 });
    });

    it('saves a new session whose cookie has left with the headers', async () => {
      const { exchange, lifecycle, session } = await stranger();
      session.set('a', 1);
      lifecycle.announceCookie();
      exchange.cookieObstacle = () => 'the response has started';
      await session.save();

      expect(lifecycle.cookie).toMatchObject({ kind: 'set', id: session.id });
      expect(await visits.data(session.id)).toEqual({ a: 1 });
    });
  });

  describe('whose headers cannot wait for the commit', () => {
    it('announces the cookie of a new session, and keeps to the id', async () => {
      const { lifecycle, session } = await stranger();
      session.set('a', 1);
      lifecycle.announceCookie();
      const announced = lifecycle.cookie;
      await lifecycle.commit();

      expect(announced).toMatchObject({ kind: 'set', id: session.id });
      expect(await visits.data(session.id)).toEqual({ a: 1 });
    });

    it('announces a later expiry, and stores no other', async () => {
      visits.clock.advance(1_000_000);
      const { lifecycle, session } = await opened();
      lifecycle.announceCookie();
      const announced = lifecycle.cookie as { expiresAt: number };
      visits.clock.advance(1_000_000);
      session.set('a', 1);
      await lifecycle.commit();

      expect(announced).toMatchObject({ kind: 'set', id, expiresAt: visits.clock.now() - 1_000_000 + 3_600_000 });
      expect(lifecycle.state.stored?.expiresAt).toBe(announced.expiresAt);
    });

    it('announces nothing for a session that was not loaded, holds nothing, or was discarded', async () => {
      const untouched = visits.visit(id);
      untouched.lifecycle.announceCookie();
      const empty = await stranger();
      empty.lifecycle.announceCookie();
      const discarded = await stranger();
      discarded.session.set('a', 1);
      await discarded.lifecycle.discard();
      discarded.lifecycle.announceCookie();

      expect([untouched, empty, discarded].map(({ lifecycle }) => lifecycle.cookie)).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect([untouched, empty].map(({ lifecycle }) => lifecycle.state.isCookieAnnounced)).toEqual([false, false]);
    });
  });

  describe('that only lets its cookie expire', () => {
    it('stays where it is', async () => {
      const { lifecycle, session } = await opened();
      session.expire();
      await lifecycle.commit();

      expect(lifecycle.cookie).toEqual({ kind: 'expire' });
      expect(await visits.data(id)).toMatchObject({ there: true });
    });

    it('has the cookie of what save() wrote when the request fails after that', async () => {
      const known = await opened();
      known.session.expire();
      known.session.set('visits', 1);
      await known.session.save();
      expect(known.lifecycle.cookie).toEqual({ kind: 'expire' });
      await known.lifecycle.discard();
      expect(known.lifecycle.cookie).toBeUndefined();

      const fresh = await stranger();
      fresh.session.expire();
      fresh.session.set('visits', 1);
      await fresh.session.save();
      await fresh.lifecycle.discard();
      expect(fresh.lifecycle.cookie).toMatchObject({ kind: 'set', id: fresh.session.id });
    });

    it('announces no cookie for what is new, and so does not store it after the headers', async () => {
      const { exchange, lifecycle, session } = await stranger();
      session.expire();
      session.set('visits', 1);
      lifecycle.announceCookie();
      exchange.cookieObstacle = () => 'the response has started';
      await lifecycle.commit();

      expect(lifecycle.cookie).toEqual({ kind: 'expire' });
      expect(await visits.data(session.id)).not.toHaveProperty('visits');
    });

    it('keeps its cookie when the request fails, or goes on with a new id', async () => {
      const failed = await opened();
      failed.session.expire();
      await failed.lifecycle.discard();
      expect(failed.lifecycle.cookie).toBeUndefined();

      const renewed = await opened();
      renewed.session.expire();
      await renewed.session.regenerate();
      await renewed.lifecycle.commit();
      expect(renewed.lifecycle.cookie).toMatchObject({ kind: 'set', id: renewed.session.id });
    });
  });

  describe('of a client that goes away', () => {
    it('gives up waiting for the lock, and says so', async () => {
      const holder = await opened();
      const waiter = visits.visit(id);
      const waiting = waiter.session.load();
      await new Promise(setImmediate);
      waiter.lifecycle.abandon();

      await expect(waiting).rejects.toThrow('the client went away while the request waited for the lock');
      await holder.lifecycle.commit();
      expect(await visits.lockStatus(id)).toBe('acquired');
    });

    it('keeps no lock that came at that very moment, and serves nobody', async () => {
      const gate = store.hold('tryLock');
      const { lifecycle, session } = visits.visit(id);
      const loading = session.load();
      await gate.reached;
      lifecycle.abandon();
      gate.open();

      await expect(loading).rejects.toThrow('The client went away while its session was loaded');
      expect(visits.engine.locks.size).toBe(0);
      store.mend();
      expect(await visits.lockStatus(id)).toBe('acquired');
    });

    it('goes on once it is loaded', async () => {
      const { lifecycle, session } = await opened();
      lifecycle.abandon();
      session.set('a', 1);
      await lifecycle.commit();

      expect(await visits.data(id)).toMatchObject({ a: 1 });
    });

    it('can be loaded again after it was given up', async () => {
      store.before('tryLock', () => Promise.reject(new Error('ECONNREFUSED')));
      const { lifecycle, session } = visits.visit(id);
      await expect(session.load()).rejects.toThrow('ECONNREFUSED');
      expect(lifecycle.state.failure).toBeInstanceOf(Error);
      lifecycle.abandon();
      store.mend();
      await session.load();

      expect(session.get('cart')).toEqual(['apple']);
    });
  });

  it('knows what went wrong when a step fails: the answer depends on it', async () => {
    const { lifecycle, session } = visits.visit(id);
    await session.load();
    session.set('a', 1);
    store.before('update', () => Promise.reject(new Error('ECONNREFUSED')));
    await expect(lifecycle.commit()).rejects.toThrow('ECONNREFUSED');
    store.mend();

    expect(lifecycle.state.failure).toMatchObject({ code: 'SESSION_STORE_FAILED' });
  });

  it('is loaded once, however many ask for it', async () => {
    const { session } = visits.visit(id);
    store.takeCalls();
    await Promise.all([session.load(), session.load()]);
    await session.load();

    expect(store.takeCalls()).toEqual(['tryLock']);
  });

  it.each([
    ['implicit', true],
    ['early', true],
    ['explicit', false],
    ['read-only', false],
  ] as const)('in the mode %s is locked by the load: %s', async (mode, isLocked) => {
    const { lifecycle, session } = await opened(id, mode);
    expect(session.locked).toBe(isLocked);
    expect(await visits.lockStatus(id)).toBe(isLocked ? 'held' : 'acquired');
    await lifecycle.commit();
    expect(await visits.lockStatus(id)).toBe('acquired');
  });

  it('is locked as the route says, when it says so before the load', async () => {
    const { lifecycle, session } = visits.visit(id);
    lifecycle.settings = { ...visits.engine.locking, mode: 'explicit' };
    await session.load();

    expect(session.locked).toBe(false);
  });

  it('whose request may never end is locked for no longer than a lease', async () => {
    await store.start(visits);
    const { lifecycle } = await opened(await visits.stored());
    const waiter = visits.visit(lifecycle.id, 'implicit');
    lifecycle.stopRenewing();
    await visits.clock.advanceAsync(LEASE - 1);
    expect(await visits.lockStatus(lifecycle.id)).toBe('held');
    await visits.clock.advanceAsync(1);
    expect(await visits.lockStatus(lifecycle.id)).toBe('acquired');

    await waiter.session.load();
    expect(waiter.session.locked).toBe(true);
  });

  it('has no lock to let run out where it took none', async () => {
    const { lifecycle } = await opened(id, 'explicit');

    expect(() => lifecycle.stopRenewing()).not.toThrow();
    expect(visits.clock.pendingTimers).toBe(0);
  });

  it('keeps an id that was read: when somebody else has it, that is an error', async () => {
    const { lifecycle, session } = await stranger();
    session.set('a', 1);
    await store.create({ id: hashSessionId(session.id), record: { data: '{}', createdAt: 0, expiresAt: Infinity } });

    await expect(lifecycle.commit()).rejects.toThrow(SessionIdCollisionError);
  });

  it('tries another new id when one is taken, although the old one was read', async () => {
    const { lifecycle, session } = await opened();
    const rotate = jest.spyOn(store, 'rotate').mockResolvedValueOnce(false);
    expect(session.id).toBe(id);
    await session.regenerate();
    await lifecycle.commit();

    const [taken, free] = rotate.mock.calls.map(([{ to }]) => to);
    expect(taken).not.toBe(free);
    expect(hashSessionId(session.id)).toBe(free);
    expect(await visits.data(session.id)).toMatchObject({ cart: ['apple'] });
  });

  it('says nothing of what was changed before it was discarded: the error says it', async () => {
    const { lifecycle, session } = await opened();
    session.set('a', 1);
    await lifecycle.discard();
    await lifecycle.commit();

    expect(visits.logger.lines).toEqual([]);
    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
  });

  it('is due for a commit while a step is under way, and no more once it was discarded', async () => {
    const { lifecycle, session } = await opened(id, 'explicit');
    expect(lifecycle.isCommitDue).toBe(false);
    const saved = session.save();
    expect(lifecycle.isCommitDue).toBe(true);
    await saved;
    session.set('a', 1);
    expect(lifecycle.isCommitDue).toBe(true);
    await lifecycle.discard();
    expect(lifecycle.isCommitDue).toBe(false);
  });

  it('is due for a commit when its data cannot be stored, so that somebody hears of it', async () => {
    const { lifecycle, session } = await opened(id, 'explicit');
    session.data['when'] = new Date();

    expect(lifecycle.isCommitDue).toBe(true);
    await expect(lifecycle.commit()).rejects.toThrow(/"when"/);
  });

  it('that gets a new id twice, once without its data, begins a new life', async () => {
    for (const keepData of [
      [false, true],
      [true, false],
    ]) {
      id = await visits.stored({ secret: 1 });
      visits.clock.advance(1_000);
      const { lifecycle, session } = await opened();
      for (const keep of keepData) await session.regenerate({ keepData: keep });
      session.set('user', 'ann');
      await lifecycle.commit();

      expect(await visits.data(session.id)).toEqual({ user: 'ann' });
      expect(lifecycle.state.stored?.createdAt).toBe(visits.clock.now());
      expect([session.regenerated, await visits.data(id)]).toEqual([true, 'gone']);
    }
  });

  it('that gets a new id keeps its data, its age and its lock', async () => {
    visits.clock.advance(1_000);
    const { lifecycle, session } = await opened();
    expect(session.regenerated).toBe(false);
    await session.regenerate();
    await session.save();

    expect(await visits.lockStatus(session.id)).toBe('held');
    expect(lifecycle.state.stored?.createdAt).toBe(visits.clock.now() - 1_000);
    await lifecycle.commit();
    expect(await visits.data(session.id)).toEqual({ there: true, cart: ['apple'] });
  });

  it('under a tombstone is gone, until somebody asks for a fresh one', async () => {
    await (await opened()).session.destroy();
    const { lifecycle, session } = await opened();
    expect([session.isNew, session.missing]).toEqual([true, true]);
    session.set('dropped', 1);
    await session.regenerate();
    session.set('user', 'ann');
    await lifecycle.commit();

    expect(await visits.data(session.id)).toEqual({ user: 'ann' });
    expect(lifecycle.cookie).toMatchObject({ kind: 'set', id: session.id });
  });

  it('that is destroyed before anything was stored costs nothing, and is not stored later', async () => {
    const { lifecycle, session } = await stranger();
    store.takeCalls();
    await session.destroy();
    session.set('late', 1);
    await lifecycle.commit();

    expect(store.takeCalls()).toEqual([]);
    expect(lifecycle.cookie).toBeUndefined();
    expect(lifecycle.state.phase).toBe('destroyed');
  });

  it('that was destroyed elsewhere stays gone when it is destroyed once more: no cookie goes out', async () => {
    await (await opened()).session.destroy();
    const { lifecycle, session } = await opened();
    await session.destroy();

    expect([lifecycle.state.phase, lifecycle.cookie]).toEqual(['gone', undefined]);
  });
});
