import { jest } from '@jest/globals';
import {
  SessionGoneError,
  SessionHeadersSentError,
  SessionIdCollisionError,
  SessionLockTimeoutError,
  SessionReadOnlyError,
  SessionStoreError,
} from '../../lib/errors/index.js';
import { hashSessionId } from '../../lib/session/session-id.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits, LEASE, type Visit } from '../support/engine/engine-visits.js';
import { Gate } from '../support/basics/gate.js';
import { ObservedStore } from '../support/stores/observed-store.js';

type Session = Visit['session'];
type Mode = Parameters<EngineVisits['visit']>[1];

const ECONNREFUSED = (): Promise<never> => Promise.reject(new Error('ECONNREFUSED'));

describe('the session of one request', () => {
  let store: ObservedStore;
  let visits: EngineVisits;
  let id: string;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    visits = new EngineVisits(store);
    await store.start(visits);
    id = await visits.stored({ cart: ['apple'] });
    store.takeCalls();
  });

  const AS_IT_WAS = { there: true, cart: ['apple'] };

  async function opened(sent: string | undefined = id, mode?: Mode): Promise<Visit> {
    const visit = visits.visit(sent, mode);
    await visit.session.load();
    return visit;
  }

  async function stranger(): Promise<Visit> {
    const visit = visits.visit();
    await visit.session.load();
    return visit;
  }

  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  describe('is loaded', () => {
    it('once, however many ask for it', async () => {
      const { session } = visits.visit(id);
      await Promise.all([session.load(), session.load()]);
      await session.load();

      expect(store.takeCalls()).toEqual(['tryLock']);
    });

    it('by the first step that needs it', async () => {
      const { session } = visits.visit(id, 'explicit');
      await session.save();

      expect(session.loaded).toBe(true);
    });

    it.each([
      ['implicit', true],
      ['early', true],
      ['explicit', false],
      ['read-only', false],
    ] as const)('in the mode %s with its lock: %s', async (mode, isLocked) => {
      const { unit, session } = await opened(id, mode);
      expect([session.locked, await visits.lockStatus(id)]).toEqual([isLocked, isLocked ? 'held' : 'acquired']);
      await unit.commit();
      expect(await visits.lockStatus(id)).toBe('acquired');
    });

    it('as the route says, when it says so before the load', async () => {
      const { unit, session } = visits.visit(id);
      unit.active.settings = { ...visits.engine.locking, mode: 'explicit' };
      await session.load();

      expect(session.locked).toBe(false);
    });

    it('and told of it once, before the store is asked', async () => {
      const { transport, session } = visits.visit(id);
      transport.onFirstLoad = jest.fn(() => expect(store.takeCalls()).toEqual([]));
      await session.load();
      await session.load();

      expect(transport.onFirstLoad).toHaveBeenCalledTimes(1);
    });

    it('with a touch when it might expire while the request runs', async () => {
      visits.clock.advance(3_600_000 - 1);
      const { unit } = await opened();

      expect(store.takeCalls()).toEqual(['tryLock', 'touch']);
      expect(unit.active.cookie).toMatchObject({ kind: 'set', id });
    });
  });

  describe('of a client that goes away', () => {
    it('gives up waiting for the lock, and says so', async () => {
      const holder = await opened();
      const waiter = visits.visit(id);
      const waiting = waiter.session.load();
      await settled();
      waiter.unit.abandonLoading();

      await expect(waiting).rejects.toThrow('the client went away while the request waited for the lock');
      await holder.unit.commit();
      expect(await visits.lockStatus(id)).toBe('acquired');
    });

    it('keeps no lock that came at that very moment, and serves nobody', async () => {
      const gate = store.hold('tryLock');
      const { unit, session } = visits.visit(id);
      const loading = session.load();
      await gate.reached;
      unit.abandonLoading();
      gate.open();

      await expect(loading).rejects.toThrow(SessionLockTimeoutError);
      await expect(loading).rejects.toThrow('The client went away while its session was loaded');
      expect(visits.engine.locks.size).toBe(0);
      store.mend();
      expect(await visits.lockStatus(id)).toBe('acquired');
    });

    it('goes on once it is loaded', async () => {
      const { unit, session } = await opened();
      unit.abandonLoading();
      session.set('a', 1);
      await unit.commit();

      expect(await visits.data(id)).toMatchObject({ a: 1 });
    });

    it('is given up also by a reply that does not wait for the load', async () => {
      const holder = await opened();
      const waiter = visits.visit(id);
      const waiting = waiter.session.load();
      await settled();
      expect(waiter.unit.commit()).toBeUndefined();

      await expect(waiting).rejects.toThrow(SessionLockTimeoutError);
      await holder.unit.commit();
      expect(visits.engine.locks.size).toBe(0);
    });
  });

  describe('is committed', () => {
    it.each<[string, () => Visit | Promise<Visit>]>([
      ['it was not touched', () => visits.visit(id)],
      ['it is new and empty', stranger],
      ['it was only read, without a lock', () => opened(id, 'explicit')],
    ])('with nothing to wait for when %s', async (_, make) => {
      const { unit } = await make();
      store.takeCalls();

      expect(unit.commit()).toBeUndefined();
      expect(store.takeCalls()).toEqual([]);
    });

    it('in one round trip, when it was changed under its lock', async () => {
      const { unit, session } = await opened();
      session.set('a', 1);
      await unit.commit();

      expect(store.takeCalls()).toEqual(['tryLock', 'update+unlock']);
      expect(await visits.data(id)).toEqual({ ...AS_IT_WAS, a: 1 });
    });

    it('again, with what was changed since', async () => {
      const { unit, session } = await opened();
      session.set('a', 1);
      await unit.commit(false);
      session.set('b', 2);
      await unit.commit();

      expect(await visits.data(id)).toEqual({ ...AS_IT_WAS, a: 1, b: 2 });
    });

    it('not when its data cannot be stored, and says so', async () => {
      const { unit, session } = await opened(id, 'explicit');
      session.data['when'] = new Date();

      await expect(unit.commit()).rejects.toThrow(/"when"/);
      expect(await visits.data(id)).toEqual(AS_IT_WAS);
    });

    it('not when another request has ended it, and says so: a 200 would be a lie', async () => {
      const { unit, session } = await opened(id, 'explicit');
      session.set('a', 1);
      await visits.engine.destroy(id);

      await expect(unit.commit()).rejects.toThrow(SessionGoneError);
      expect([await visits.data(id), unit.active.cookie, unit.isOver]).toEqual(['gone', undefined, true]);
    });

    it('under the id that was read, or not at all', async () => {
      const { unit, session } = await stranger();
      session.set('a', 1);
      await store.create({ id: hashSessionId(session.id), record: { data: '{}', createdAt: 0, expiresAt: Infinity } });

      await expect(unit.commit()).rejects.toThrow(SessionIdCollisionError);
    });

    it('after every step that was asked for, those that come meanwhile included', async () => {
      const { unit, session } = await opened();
      const gate = store.hold('update');
      session.set('a', 1);
      const saved = session.save();
      await gate.reached;
      const commit = unit.commit();
      session.set('b', 2);
      const again = session.save();
      gate.open();
      await Promise.all([saved, again, commit]);

      expect(await visits.data(id)).toEqual({ ...AS_IT_WAS, a: 1, b: 2 });
      expect(visits.engine.locks.size).toBe(0);
    });

    it('by a section that answers by itself, which goes on under its lock', async () => {
      const { unit, session } = await opened(id, 'explicit');
      await session.withLock(async () => {
        session.set('a', 1);
        await unit.commit();
        expect([await visits.data(id), session.locked]).toEqual([{ ...AS_IT_WAS, a: 1 }, true]);
        session.set('b', 2);
      });

      expect(await visits.data(id)).toEqual({ ...AS_IT_WAS, a: 1, b: 2 });
      expect(await visits.lockStatus(id)).toBe('acquired');
    });
  });

  describe('whose step nobody waits for', () => {
    it.each<[string, (session: Session) => Promise<void>]>([
      ['destroy()', (session) => session.destroy()],
      ['save()', (session) => session.set('a', 1).save()],
      ['withLock()', (session) => session.withLock(() => void session.set('a', 1))],
    ])('fails with its commit when that step fails, and ends no process: %s', async (_, step) => {
      const { unit, session } = await opened(id, 'explicit');
      store.breakDown(ECONNREFUSED);
      void step(session);
      await settled();
      const commit = unit.commit();

      await expect(commit).rejects.toThrow(SessionStoreError);
      expect([unit.isOver, unit.active.cookie]).toEqual([true, undefined]);
    });

    it('says in the log what failed after its reply, with the route', async () => {
      const { unit, session } = await opened(id, 'explicit');
      await unit.commit();
      store.breakDown(ECONNREFUSED);
      session.set('a', 1);
      void session.save();
      await settled();

      expect(visits.logger.messages('error')).toEqual([
        expect.stringMatching(/^GET \/test: A step of a session failed after its reply: .*ECONNREFUSED/),
      ]);
    });

    it('fails no commit when somebody has heard of the failure', async () => {
      const { unit, session } = await opened(id, 'explicit');
      store.before('delete', ECONNREFUSED);
      await expect(session.destroy()).rejects.toThrow('ECONNREFUSED');
      store.mend();
      session.set('a', 1);
      await unit.commit();

      expect(await visits.data(id)).toEqual({ ...AS_IT_WAS, a: 1 });
    });
  });

  describe('is discarded', () => {
    it('without a write: the lock is free, the store has what it had, and no cookie goes out', async () => {
      const { unit, session } = await opened();
      session.set('a', 1);
      await unit.discard();
      await unit.commit();

      expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
      expect([await visits.data(id), unit.active.cookie, visits.engine.locks.size]).toEqual([AS_IT_WAS, undefined, 0]);
      expect(visits.logger.lines).toEqual([]);
    });

    it('with nothing to wait for without a lock', async () => {
      expect((await opened(id, 'explicit')).unit.discard()).toBeUndefined();
      expect(visits.visit(id).unit.discard()).toBeUndefined();
    });

    it('but for what save() wrote, and its cookie', async () => {
      const { unit, session } = await stranger();
      session.expire();
      session.set('visits', 1);
      await session.save();
      session.set('visits', 2);
      await unit.discard();

      expect(unit.active.cookie).toMatchObject({ kind: 'set', id: session.id });
      expect(await visits.data(session.id)).toEqual({ visits: 1 });
    });

    it('with the new id that it asked for', async () => {
      const { unit, session } = await opened();
      await session.regenerate();
      await unit.discard();

      expect([await visits.data(id), unit.active.cookie]).toEqual([AS_IT_WAS, undefined]);
    });

    it('also while it is loaded: the lock that comes then is free', async () => {
      const gate = store.hold('tryLock');
      const { unit, session } = visits.visit(id);
      const loading = session.load();
      await gate.reached;
      await unit.discard();
      gate.open();

      await expect(loading).rejects.toThrow(SessionLockTimeoutError);
      store.mend();
      expect([await visits.lockStatus(id), visits.engine.locks.size]).toEqual(['acquired', 0]);
    });

    it('also while it takes its lock: that is free again', async () => {
      const { unit, session } = await opened(id, 'explicit');
      const gate = store.hold('tryLock');
      const locked = session.acquireLock();
      await gate.reached;
      const discarded = unit.discard();
      gate.open();
      await Promise.all([locked, discarded]);

      expect([await visits.lockStatus(id), visits.engine.locks.size]).toEqual(['acquired', 0]);
    });
  });

  describe.each<[string, () => Promise<Visit>]>([
    [
      'whose load has failed',
      async () => {
        const visit = visits.visit(id);
        store.before('tryLock', ECONNREFUSED);
        await expect(visit.session.load()).rejects.toThrow('ECONNREFUSED');
        store.mend();
        return visit;
      },
    ],
    [
      'whose commit has failed',
      async () => {
        const visit = await opened();
        visit.session.set('a', 1);
        store.before('update', ECONNREFUSED);
        await expect(visit.unit.commit()).rejects.toThrow('ECONNREFUSED');
        store.mend();
        return visit;
      },
    ],
    [
      'that was discarded',
      async () => {
        const visit = await opened();
        await visit.unit.discard();
        return visit;
      },
    ],
  ])('%s, is over:', (name, fail) => {
    let visit: Visit;
    beforeEach(async () => {
      visit = await fail();
      await settled();
      store.takeCalls();
    });

    it('whatever is done with it neither throws nor rejects, and does nothing, with one line in the log', async () => {
      const { unit, session } = visit;
      visits.logger.lines.splice(0);
      session.set('flash', 'an error').update({ b: 1 });
      session.delete('cart');
      session.clear();
      session.expire();
      expect([session.pop('flash'), session.setDefault('flash', 'none')]).toEqual([undefined, 'none']);
      await session.load();
      await session.save();
      await session.regenerate();
      await session.destroy();
      await session.acquireLock();
      await session.releaseLock();
      expect(await session.withLock(() => 'the section')).toBe('the section');
      // Nobody is told that it was done.
      const outcome = await Promise.resolve(unit.commit()).catch((error: unknown) => error);
      expect(outcome).toBe(name === 'whose load has failed' ? unit.failure : undefined);
      await unit.discard();

      expect([store.takeCalls(), unit.active.cookie, session.locked]).toEqual([[], undefined, false]);
      expect(await visits.data(id)).toEqual(AS_IT_WAS);
      expect(visits.logger.messages('warn')).toEqual([
        'GET /test changed its session after it had failed: that is not stored.',
      ]);
    });

    it('what is in memory can be read', () => {
      const { session } = visit;

      expect(session.get('cart')).toEqual(name === 'whose load has failed' ? undefined : ['apple']);
      expect([typeof session.id, session.size >= 0, session.isNew]).toEqual(['string', true, false]);
    });

    it('the lock is free', async () => {
      expect([await visits.lockStatus(id), visits.engine.locks.size]).toEqual(['acquired', 0]);
    });

    it('what went wrong is known: the answer depends on it', () => {
      const code = name === 'that was discarded' ? undefined : 'SESSION_STORE_FAILED';

      expect((visit.unit.failure as { code?: string } | undefined)?.code).toBe(code);
    });
  });

  describe('after its reply', () => {
    it('drops what is changed, with one line that names the route', async () => {
      const { unit, session } = await opened();
      await unit.commit();
      session.set('late', 1);
      session.set('later', 1);

      expect(await visits.data(id)).toEqual(AS_IT_WAS);
      expect(visits.logger.messages('warn')).toEqual([
        'GET /test changed its session after its reply: only save() stores that.',
      ]);
    });

    it('writes with save()', async () => {
      const { unit, session } = await opened();
      await unit.commit();
      session.set('late', 1);
      await session.save();

      expect(await visits.data(id)).toEqual({ ...AS_IT_WAS, late: 1 });
    });

    it.each(['never', 'before'] as const)(
      'locks, writes and unlocks with withLock(), which was used %s',
      async (when) => {
        const { unit, session } = await opened();
        if (when === 'before') {
          await session.withLock(() => void session.set('early', 1));
        }
        await unit.commit();
        await session.withLock(() => {
          expect(session.locked).toBe(true);
          session.set('late', 1);
        });

        expect(await visits.data(id)).toMatchObject({ late: 1 });
        expect([await visits.lockStatus(id), session.locked, visits.engine.locks.size]).toEqual(['acquired', false, 0]);
      },
    );
  });

  describe('while its commit is still under way', () => {
    it('writes with save() what is set then', async () => {
      const { unit, session } = await opened();
      const gate = store.hold('update');
      session.set('a', 1);
      const commit = unit.commit();
      await gate.reached;
      session.set('late', 1);
      const saved = session.save();
      gate.open();
      await Promise.all([commit, saved]);

      expect(await visits.data(id)).toEqual({ ...AS_IT_WAS, a: 1, late: 1 });
    });

    it('locks anew with withLock(): the lock of the request is about to be free, and others get it', async () => {
      id = await visits.stored({ n: 0 });
      const { unit, session } = await opened();
      const increment = async (mine: Session, pause: () => Promise<unknown>): Promise<void> => {
        const n = Number(mine.get('n'));
        await pause();
        mine.set('n', n + 1);
      };
      const commits = store.hold('update');
      session.set('a', 1);
      const commit = unit.commit();
      await commits.reached;
      const within = new Gate();
      const section = session.withLock(() => increment(session, () => within.pass()));
      await settled();
      store.mend();
      await commit;
      await within.reached;
      const other = visits.visit(id, 'explicit').session;
      const others = other.withLock(() => increment(other, settled));
      await settled();
      within.open();
      await Promise.all([section, others]);

      expect(await visits.data(id)).toMatchObject({ a: 1, n: 2 });
      expect([await visits.lockStatus(id), visits.engine.locks.size]).toEqual(['acquired', 0]);
    });
  });

  it('that goes on without a lock after a commit in between writes and unlocks with withLock(), used before or not', async () => {
    for (const isUsedBefore of [false, true]) {
      const { unit, session } = await opened();
      if (isUsedBefore) {
        await session.withLock(() => undefined);
      }
      await unit.commit(false);
      unit.active.settings = { ...visits.engine.locking, mode: 'explicit' };
      await session.withLock(() => void session.set('late', isUsedBefore));

      expect(await visits.data(id)).toMatchObject({ late: isUsedBefore });
      expect([isUsedBefore, await visits.lockStatus(id)]).toEqual([isUsedBefore, 'acquired']);
    }
  });

  describe('in read-only mode', () => {
    it.each<[string, (session: Session) => unknown]>([
      ['save()', (session) => session.save()],
      ['acquireLock()', (session) => session.acquireLock()],
      ['withLock()', (session) => session.withLock(() => undefined)],
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
      const { unit, session } = await opened(id, 'read-only');
      const changing = async (): Promise<unknown> => change(session);

      await expect(changing()).rejects.toThrow(SessionReadOnlyError);
      await expect(changing()).rejects.toThrow(`${name} is not possible: the session is read-only here. To change it`);
      await unit.commit();
      expect(await visits.data(id)).toEqual(AS_IT_WAS);
    });

    it('refuses what was changed inside of a value, and returns what is there already', async () => {
      const { unit, session } = await opened(id, 'read-only');
      expect(session.setDefault('cart', [])).toEqual(['apple']);
      (session.get('cart') as string[]).push('pear');

      await expect(unit.commit()).rejects.toThrow(
        /^Changing the session is not possible: the session is read-only here/,
      );
      expect(await visits.data(id)).toEqual(AS_IT_WAS);
    });
  });

  describe('when the response has started', () => {
    it.each<[string, (session: Session) => unknown]>([
      ['regenerate()', (session) => session.regenerate()],
      ['destroy()', (session) => session.destroy()],
      ['expire()', (session) => session.expire()],
    ])('refuses %s, since the browser would not learn of it', async (name, end) => {
      const { transport, unit, session } = await opened();
      transport.hasSentHeaders = true;
      const ending = async (): Promise<unknown> => end(session);

      await expect(ending()).rejects.toThrow(SessionHeadersSentError);
      await expect(ending()).rejects.toThrow(`${name} needs a cookie, and none can be sent, since the response has`);
      await unit.commit();
      expect([unit.active.cookie, await visits.data(id)]).toEqual([undefined, AS_IT_WAS]);
    });

    it('refuses what would make a new session', async () => {
      const { transport, session } = await stranger();
      transport.hasSentHeaders = true;

      expect(() => session.set('a', 1)).toThrow(SessionHeadersSentError);
    });

    it('goes on with what needs no cookie', async () => {
      const { transport, session } = await opened();
      transport.hasSentHeaders = true;
      session.set('late', 1);
      await session.save();

      expect(await visits.data(id)).toMatchObject({ late: 1 });
    });

    it('goes on with a new session whose cookie has left with the headers', async () => {
      const { transport, unit, session } = await stranger();
      session.set('a', 1);
      unit.active.sendCookieEarly();
      transport.hasSentHeaders = true;
      transport.cookieObstacle = () => 'the response has started';
      session.set('b', 1);
      await session.save();

      expect(unit.active.cookie).toMatchObject({ kind: 'set', id: session.id });
      expect(await visits.data(session.id)).toEqual({ a: 1, b: 1 });
    });
  });

  describe('where no cookie can be sent', () => {
    it.each<[string, (session: Session) => unknown]>([
      ['regenerate()', (session) => session.regenerate()],
      ['expire()', (session) => session.expire()],
    ])('refuses %s', async (name, change) => {
      const { transport, session } = await opened();
      transport.cookieObstacle = () => 'it is a script';

      await expect((async () => change(session))()).rejects.toThrow(
        `${name} needs a cookie, and none can be sent, since it is a script.`,
      );
    });

    it('refuses to save a new session, and saves one that has its cookie, or holds nothing', async () => {
      const obstacle = (): string => 'it is a script';
      const { transport, session } = await stranger();
      transport.cookieObstacle = obstacle;
      await session.save();
      session.set('a', 1);
      await expect(session.save()).rejects.toThrow('Storing a new session needs a cookie');

      const old = await opened();
      old.transport.cookieObstacle = obstacle;
      old.session.set('a', 1);
      await old.session.save();
      expect(await visits.data(id)).toMatchObject({ a: 1 });
    });

    it('destroys: a logout needs no cookie', async () => {
      const { transport, session } = await opened();
      transport.cookieObstacle = () => 'it is a script';
      await session.destroy();

      expect(await visits.data(id)).toBe('gone');
    });
  });

  describe('that only lets its cookie expire', () => {
    it('stays where it is', async () => {
      const { unit, session } = await opened();
      session.expire();
      await unit.commit();

      expect([unit.active.cookie, await visits.data(id)]).toEqual([{ kind: 'expire' }, AS_IT_WAS]);
    });

    it('keeps its cookie when the request fails, or goes on with a new id', async () => {
      const failed = await opened();
      failed.session.expire();
      await failed.unit.discard();
      expect(failed.unit.active.cookie).toBeUndefined();

      const renewed = await opened();
      renewed.session.expire();
      await renewed.session.regenerate();
      await renewed.unit.commit();
      expect(renewed.unit.active.cookie).toMatchObject({ kind: 'set', id: renewed.session.id });
    });
  });

  describe('that another request has ended', () => {
    it('is empty and tells how, until somebody asks for a fresh one, which has all that this request has set', async () => {
      await (await opened()).session.destroy();
      const { unit, session } = await opened();
      expect([session.gone, session.isNew, session.missing, session.size]).toEqual(['destroyed', true, true, 0]);
      session.set('before', 1);
      await session.regenerate();
      expect(session.gone).toBeUndefined();
      session.set('user', 'ann');
      await unit.commit();

      expect(await visits.data(session.id)).toEqual({ before: 1, user: 'ann' });
      expect(unit.active.cookie).toMatchObject({ kind: 'set', id: session.id });
    });

    it('answers a change with a 409, and a look at it with none', async () => {
      await (await opened()).session.destroy();
      const [reader, writer] = [await opened(), await opened()];
      writer.session.set('a', 1);

      expect(reader.unit.commit()).toBeUndefined();
      await expect(writer.unit.commit()).rejects.toThrow(SessionGoneError);
    });

    it('can be asked for before anything is done', async () => {
      const living = await opened();
      expect(living.unit.gone).toBeUndefined();
      await living.session.destroy();
      expect(living.unit.gone).toBeUndefined();

      const gone = await opened();
      expect(gone.unit.gone).toBeInstanceOf(SessionGoneError);
      expect(visits.visit().unit.gone).toBeUndefined();
    });

    it('is destroyed once more with success, and the cookie expires', async () => {
      await (await opened()).session.destroy();
      const { unit, session } = await opened();
      await session.destroy();
      await unit.commit();

      expect(unit.active.cookie).toEqual({ kind: 'expire' });
    });

    it('is not destroyed when it has a new id: the logout is a 409', async () => {
      const rotated = await opened();
      await rotated.session.regenerate();
      await rotated.unit.commit();
      const { unit, session } = await opened();

      await expect(session.destroy()).rejects.toThrow(SessionGoneError);
      expect([unit.active.cookie, await visits.data(rotated.session.id)]).toEqual([undefined, AS_IT_WAS]);
    });
  });

  it('that gets a new id keeps its data, its age and its lock', async () => {
    visits.clock.advance(1_000);
    const { unit, session } = await opened();
    expect(session.regenerated).toBe(false);
    await session.regenerate();
    expect(session.id).not.toBe(id);
    await session.save();

    expect([await visits.lockStatus(session.id), session.regenerated]).toEqual(['held', true]);
    const { stage } = unit.active;
    expect(stage.at === 'stored' && stage.record.createdAt).toBe(visits.clock.now() - 1_000);
    await unit.commit();
    expect(await visits.data(session.id)).toEqual(AS_IT_WAS);
  });

  it('that is destroyed before anything was stored costs nothing, and is not stored later', async () => {
    const { unit, session } = await stranger();
    store.takeCalls();
    await session.destroy();
    session.set('late', 1);
    await unit.commit();

    expect([store.takeCalls(), unit.active.cookie, unit.active.stage.at]).toEqual([[], undefined, 'destroyed']);
  });

  it('whose request may never end is locked for no longer than a lease', async () => {
    const { unit } = await opened();
    const waiter = visits.visit(id);
    unit.stopRenewing();
    await visits.clock.advanceAsync(LEASE - 1);
    expect(await visits.lockStatus(id)).toBe('held');
    await visits.clock.advanceAsync(1);
    expect(await visits.lockStatus(id)).toBe('acquired');

    await waiter.session.load();
    expect(waiter.session.locked).toBe(true);
  });

  it('has no lock to let run out where it took none', async () => {
    const { unit } = await opened(id, 'explicit');

    expect(() => unit.stopRenewing()).not.toThrow();
    expect(visits.clock.pendingTimers).toBe(0);
  });

  it('is waited for by a shutdown until it is committed', async () => {
    const { unit, session } = await opened();
    session.set('a', 1);
    const gate: Gate = store.hold('update');
    const commit = unit.commit();
    await gate.reached;
    let isIdle = false;
    const idle = unit.deps.inFlight.idle().then(() => (isIdle = true));
    await settled();
    expect(isIdle).toBe(false);
    gate.open();
    await Promise.all([commit, idle]);
  });
});
