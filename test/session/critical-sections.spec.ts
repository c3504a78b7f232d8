import { jest } from '@jest/globals';
import { SessionGoneError } from '../../lib/errors/index.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits, type Visit } from '../support/engine/engine-visits.js';
import { Gate } from '../support/basics/gate.js';
import { ObservedStore } from '../support/stores/observed-store.js';

describe('a critical section', () => {
  let store: ObservedStore;
  let visits: EngineVisits;
  let id: string;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    visits = new EngineVisits(store);
    await store.start(visits);
    id = await visits.stored({ cart: ['apple'] });
  });

  async function opened(mode: 'implicit' | 'explicit' = 'explicit', sent: string | undefined = id): Promise<Visit> {
    const visit = visits.visit(sent, mode);
    await visit.session.load();
    return visit;
  }

  const broken = (): Promise<never> => Promise.reject(new Error('the section failed'));

  /** A request whose section does something and then fails. */
  async function failed(work: (visit: Visit) => unknown, mode: 'implicit' | 'explicit' = 'explicit'): Promise<Visit> {
    const visit = await opened(mode);
    const section = visit.session.withLock(async () => {
      await work(visit);
      return broken();
    });
    await expect(section).rejects.toThrow('the section failed');
    return visit;
  }

  it('locks and reads again, runs, saves and unlocks, and returns what it returned', async () => {
    const { session } = await opened();
    const other = await opened();
    other.session.set('theirs', 1);
    await other.unit.commit();
    store.takeCalls();
    const result = await session.withLock((same) => {
      expect([same === session, same.locked, same.get('theirs')]).toEqual([true, true, 1]);
      same.set('mine', 1);
      return 'the result';
    });

    expect([result, session.locked, store.takeCalls()]).toEqual(['the result', false, ['tryLock', 'update+unlock']]);
    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'], theirs: 1, mine: 1 });
  });

  it('that changes nothing is a lock and an unlock', async () => {
    const { session } = await opened();
    store.takeCalls();
    await session.withLock(() => undefined);

    expect(store.takeCalls()).toEqual(['tryLock', 'unlock']);
  });

  it('within the lock of its request saves with the commit, and takes no round trip of its own', async () => {
    const { unit, session } = await opened('implicit');
    store.takeCalls();
    await session.withLock(() => void session.set('a', 1));
    expect([store.takeCalls(), session.locked]).toEqual([[], true]);
    await unit.commit();

    expect(store.takeCalls()).toEqual(['update+unlock']);
  });

  it('within another one does not wait for itself, and saves with the outermost', async () => {
    const { session } = await opened();
    store.takeCalls();
    await session.withLock(async () => {
      await session.withLock(() => void session.set('a', 1));
      expect([store.takeCalls(), session.locked]).toEqual([['tryLock'], true]);
    });

    expect([store.takeCalls(), session.locked]).toEqual([['update+unlock'], false]);
  });

  it('counts together with acquireLock() and releaseLock()', async () => {
    const { session } = await opened();
    await session.acquireLock();
    await session.acquireLock();
    await session.withLock(() => undefined);
    await session.releaseLock();
    expect(session.locked).toBe(true);
    session.set('a', 1);
    await session.releaseLock();

    expect([session.locked, await visits.data(id)]).toEqual([false, { there: true, cart: ['apple'], a: 1 }]);
  });

  it('is not needed to unlock what its request has locked', async () => {
    const { session } = await opened('implicit');
    session.set('a', 1);
    await session.releaseLock();

    expect([session.locked, await visits.lockStatus(id)]).toEqual([false, 'acquired']);
    expect(await visits.data(id)).toMatchObject({ a: 1 });
  });

  it('is not ended by a releaseLock() too many', async () => {
    const { session } = await opened();
    await session.releaseLock();
    await session.releaseLock();
    await session.withLock(async () => {
      expect(session.locked).toBe(true);
      session.set('a', 1);
    });

    expect([session.locked, await visits.data(id)]).toEqual([false, { there: true, cart: ['apple'], a: 1 }]);
  });

  it('of a session that is not stored locks nothing, and stores it at its end', async () => {
    const { session } = await opened('explicit', 'unknown');
    store.takeCalls();
    await session.withLock(() => {
      expect(session.locked).toBe(false);
      session.set('a', 1);
    });

    expect(store.takeCalls()).toEqual(['create']);
    expect(await visits.data(session.id)).toEqual({ a: 1 });
  });

  it('side by side with another one of its request takes its turn, and undoes nothing of it when it fails', async () => {
    const { unit, session } = await opened();
    const gate = new Gate();
    const first = session.withLock(async () => {
      session.set('first', 1);
      await gate.pass();
    });
    await gate.reached;
    const second = session.withLock(() => {
      session.set('second', 1);
      throw new Error('the section failed');
    });
    const third = session.withLock(() => void session.set('third', 1));
    gate.open();
    await expect(second).rejects.toThrow('the section failed');
    await Promise.all([first, third]);
    await unit.commit();

    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'], first: 1, third: 1 });
  });

  it('waits with a signal of its own: Node warns of a leak when more than ten listen to one', async () => {
    const acquire = jest.spyOn(visits.engine.locks, 'acquire');
    await (await opened()).session.withLock(() => undefined);
    await (await opened()).session.withLock(() => undefined);
    const [first, second] = acquire.mock.calls.map(([, { signal }]) => signal());

    expect(first).toBeInstanceOf(AbortSignal);
    expect(first).not.toBe(second);
  });

  it('sees what is done to an object that was handed out before it', async () => {
    const { session } = await opened();
    const cart = session.get('cart') as string[];
    await session.withLock(() => void cart.push('pear'));

    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple', 'pear'] });
  });

  it('takes nothing of the old life into a new one, whatever others have put there meanwhile', async () => {
    const { unit, session } = await opened();
    const other = await opened();
    await session.regenerate({ keepData: false });
    other.session.set('secret', 'of the old life');
    await other.unit.commit();
    await session.withLock(() => void session.set('user', 'bob'));
    await unit.commit();

    expect([await visits.data(session.id), await visits.data(id)]).toEqual([{ user: 'bob' }, 'gone']);
  });

  it('finds a session gone that another request has destroyed: what was changed is a 409', async () => {
    const { unit, session } = await opened();
    session.set('before', 1);
    await visits.engine.destroy(id);
    await session.acquireLock();

    expect([session.gone, session.locked]).toEqual(['destroyed', false]);
    await expect(unit.commit()).rejects.toThrow(SessionGoneError);
    expect([await visits.data(id), unit.active.cookie]).toEqual(['gone', undefined]);
  });

  it('in a session that is gone runs, and is a 409 when it has changed something', async () => {
    await visits.engine.destroy(id);
    const { session } = await opened();
    const runs = jest.fn();
    expect(await session.withLock(() => session.size)).toBe(0);

    await expect(session.withLock(() => void runs(session.set('a', 1)))).rejects.toThrow(SessionGoneError);
    expect(runs).toHaveBeenCalledTimes(1);
  });

  it('is not begun when its lock cannot be had', async () => {
    const { session } = await opened();
    const section = jest.fn();
    store.before('tryLock', () => Promise.reject(new Error('ECONNREFUSED')));
    await expect(session.withLock(section)).rejects.toThrow('ECONNREFUSED');
    store.mend();

    expect(section).not.toHaveBeenCalled();
    await session.withLock(section);
    expect([section.mock.calls.length, session.locked, visits.engine.locks.size]).toEqual([1, false, 0]);
  });

  it('whose save fails says so, and leaves no lock that is renewed', async () => {
    const { unit, session } = await opened();
    store.before('update', () => Promise.reject(new Error('ECONNREFUSED')));
    await expect(session.withLock(() => void session.set('a', 1))).rejects.toThrow('ECONNREFUSED');
    store.mend();
    await unit.discard();

    expect([await visits.lockStatus(id), visits.engine.locks.size]).toEqual(['acquired', 0]);
  });

  describe('that fails', () => {
    it('saves nothing, also of what was set before it', async () => {
      const { unit, session } = await opened();
      session.set('before', 1);
      await expect(session.withLock(broken)).rejects.toThrow('the section failed');
      expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
      expect(await visits.lockStatus(id)).toBe('acquired');

      await unit.commit();
      expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'], before: 1 });
    });

    it('says why, also when the lock cannot be released', async () => {
      const { session } = await opened();
      store.before('unlock', () => Promise.reject(new Error('ECONNRESET')));

      await expect(session.withLock(broken)).rejects.toThrow('the section failed');
      expect(visits.logger.messages('warn')).toEqual([expect.stringContaining('could not be released')]);
      expect(visits.engine.locks.size).toBe(0);
    });

    it('at once, and not later, undoes what it did as well', async () => {
      const { unit, session } = await opened();
      const section = session.withLock(() => {
        session.set('a', 1);
        throw new Error('the section failed');
      });
      await expect(section).rejects.toThrow('the section failed');
      await unit.commit();

      expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
    });

    it.each(['explicit', 'implicit'] as const)('keeps what it saved by hand: %s', async (mode) => {
      const { unit } = await failed(async ({ session }) => {
        session.set('saved', 2);
        await session.save();
        session.set('late', 3);
      }, mode);
      await unit.commit();

      expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'], saved: 2 });
    });

    it('within another one leaves the lock to it', async () => {
      const { session } = await opened();
      await session.withLock(async () => {
        session.set('outer', 1);
        await expect(session.withLock(broken)).rejects.toThrow('the section failed');
        expect(session.locked).toBe(true);
      });

      expect(await visits.data(id)).toMatchObject({ outer: 1 });
    });

    it('undoes the new id and the end of the cookie that it asked for', async () => {
      const { unit, session } = await failed(async (visit) => {
        await visit.session.regenerate();
        visit.session.expire();
        visit.session.set('user', 'ann');
      });
      expect([session.regenerated, session.id]).toEqual([false, id]);
      await unit.commit();

      expect([unit.active.cookie, await visits.data(id)]).toEqual([undefined, { there: true, cart: ['apple'] }]);
    });

    it('keeps the new id that it saved, and undoes what came after', async () => {
      const { unit, session } = await failed(async (visit) => {
        await visit.session.regenerate();
        visit.session.set('user', 'ann');
        await visit.session.save();
        visit.session.set('late', 1);
      });
      expect([session.regenerated, session.id === id]).toEqual([true, false]);
      await unit.commit();

      expect(unit.active.cookie).toMatchObject({ kind: 'set', id: session.id });
      expect(await visits.data(session.id)).toEqual({ there: true, cart: ['apple'], user: 'ann' });
    });

    it('does not bring back the session that it destroyed', async () => {
      const { unit, session } = await failed(async (visit) => {
        await visit.session.destroy();
        visit.session.set('late', 1);
      });
      expect(session.size).toBe(0);
      await unit.commit();

      expect([unit.active.cookie, await visits.data(id)]).toEqual([{ kind: 'expire' }, 'gone']);
    });

    it('does not bring back, under a fresh id, the session that another request has destroyed meanwhile', async () => {
      const { unit, session } = await failed(async (visit) => {
        await visits.engine.destroy(id);
        visit.session.set('late', 1);
        await visit.session.save().catch(() => undefined);
      });
      expect(session.has('cart')).toBe(false);
      await session.regenerate();
      session.set('user', 'ann');
      await unit.commit();

      expect(await visits.data(session.id)).toEqual({ user: 'ann' });
    });

    it('stores no new session', async () => {
      const { unit, session } = await opened('explicit', 'unknown');
      const section = session.withLock(() => {
        session.set('user', 'ann');
        return broken();
      });
      await expect(section).rejects.toThrow('the section failed');
      await unit.commit();

      expect([session.size, unit.active.cookie]).toEqual([0, undefined]);
    });
  });

  describe('of a request that was discarded', () => {
    it('takes no lock, since nobody would free it', async () => {
      const { unit, session } = await opened();
      await unit.discard();
      await session.acquireLock();

      expect([session.locked, await visits.lockStatus(id), visits.engine.locks.size]).toEqual([false, 'acquired', 0]);
    });

    it('stores nothing: the request has no lock any more, and would overwrite what others read and wrote', async () => {
      const { unit, session } = await opened('implicit');
      const gate = new Gate();
      const section = session.withLock(async () => {
        await gate.pass();
        session.set('cart', ['apple', 'mine']);
      });
      await gate.reached;
      await unit.discard();
      const other = await opened('implicit');
      other.session.set('cart', ['theirs']);
      await other.unit.commit();
      gate.open();
      await section;

      expect(await visits.data(id)).toEqual({ there: true, cart: ['theirs'] });
      expect(visits.engine.locks.size).toBe(0);
    });
  });
});
