import { jest } from '@jest/globals';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits, type Visit } from '../support/engine-visits.js';
import { ObservedStore } from '../support/observed-store.js';

describe('a critical section', () => {
  let store: ObservedStore;
  let visits: EngineVisits;
  let id: string;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    visits = new EngineVisits(store);
    id = await visits.stored({ cart: ['apple'] });
  });

  async function opened(mode: 'implicit' | 'explicit' = 'explicit'): Promise<Visit> {
    const visit = visits.visit(id, mode);
    await visit.session.load();
    return visit;
  }

  async function destroyElsewhere(): Promise<void> {
    await visits.visit(id).session.destroy();
  }

  const broken = (): Promise<never> => Promise.reject(new Error('the section failed'));

  it('that fails saves nothing, also of what was set before it', async () => {
    const { lifecycle, session } = await opened();
    session.set('before', 1);
    await expect(session.withLock(broken)).rejects.toThrow('the section failed');
    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
    expect(await visits.lockStatus(id)).toBe('acquired');

    await lifecycle.commit();
    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'], before: 1 });
  });

  it('that fails says why, also when the lock cannot be let go', async () => {
    const { session } = await opened();
    store.before('unlock', () => Promise.reject(new Error('ECONNRESET')));

    await expect(session.withLock(broken)).rejects.toThrow('the section failed');
    expect(visits.logger.messages('warn')).toEqual([expect.stringContaining('could not be released')]);
    expect(visits.engine.locks.size).toBe(0);
  });

  it.each(['explicit', 'implicit'] as const)('that fails keeps what it saved by hand: %s', async (mode) => {
    const { lifecycle, session } = await opened(mode);
    session.set('before', 1);
    const section = session.withLock(async () => {
      session.set('saved', 2);
      await session.save();
      session.set('late', 3);
      return broken();
    });
    await expect(section).rejects.toThrow('the section failed');
    await lifecycle.commit();

    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'], before: 1, saved: 2 });
  });

  it('that fails within another one leaves the lock to it', async () => {
    const { session } = await opened();
    await session.withLock(async () => {
      session.set('outer', 1);
      await expect(session.withLock(broken)).rejects.toThrow('the section failed');
      expect(session.locked).toBe(true);
    });

    expect(await visits.data(id)).toMatchObject({ outer: 1 });
  });

  it('waits with a signal of its own: Node warns of a leak when more than ten listen to one', async () => {
    const acquire = jest.spyOn(visits.engine.locks, 'acquire');
    await (await opened()).session.withLock(() => undefined);
    await (await opened()).session.withLock(() => undefined);
    const [first, second] = acquire.mock.calls.map(([{ signal }]) => signal());

    expect(first).toBeInstanceOf(AbortSignal);
    expect(first).not.toBe(second);
  });

  it('sees what is done to an object that was handed out before it', async () => {
    const { session } = await opened();
    const cart = session.get('cart') as string[];
    await session.withLock(() => void cart.push('pear'));

    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple', 'pear'] });
  });

  it('finds a session gone: what was changed before is dropped, in one log line and without a cookie', async () => {
    const { lifecycle, session } = await opened();
    session.set('before', 1);
    await session.save();
    session.set('before', 2);
    await destroyElsewhere();
    await session.acquireLock();
    await lifecycle.commit();

    expect(visits.logger.messages('warn')).toEqual([expect.stringContaining('dropped')]);
    expect(lifecycle.cookie).toBeUndefined();
    expect(await visits.data(id)).toBe('gone');
  });

  it('takes nothing of the old life into a new one, whatever others have put there meanwhile', async () => {
    const { lifecycle, session } = await opened();
    const other = await opened();
    await session.regenerate({ keepData: false });
    other.session.set('secret', 'of the old life');
    await other.lifecycle.commit();
    await session.withLock(() => void session.set('user', 'bob'));
    await lifecycle.commit();

    expect(await visits.data(session.id)).toEqual({ user: 'bob' });
    expect(await visits.data(id)).toBe('gone');
  });

  describe('of a request that was discarded', () => {
    it('takes no lock, since nobody would let it go', async () => {
      const { lifecycle, session } = await opened();
      await lifecycle.discard();
      await session.acquireLock();

      expect(session.locked).toBe(false);
      expect(await visits.lockStatus(id)).toBe('acquired');
      expect(visits.engine.locks.size).toBe(0);
    });

    it('stores nothing: the request has no lock any more, and would overwrite what others read and wrote', async () => {
      const { lifecycle, session } = await opened('implicit');
      await lifecycle.discard();
      const other = await opened('implicit');
      other.session.set('cart', ['theirs']);
      await other.lifecycle.commit();

      session.set('cart', ['apple', 'mine']);
      await session.save();
      await session.withLock(() => void session.set('more', 'of mine'));
      await session.acquireLock();
      await session.releaseLock();

      expect(await visits.data(id)).toEqual({ there: true, cart: ['theirs'] });
      expect(visits.logger.messages('warn')).toEqual([
        'GET /test went on after it had been answered with an error: what it saved then was dropped',
      ]);
    });

    it('lets a lock go that came after it', async () => {
      const { lifecycle, session } = await opened();
      const gate = store.hold('tryLock');
      const locked = session.acquireLock();
      await gate.reached;
      const discarded = lifecycle.discard();
      gate.open();
      await Promise.all([locked, discarded]);

      expect(await visits.lockStatus(id)).toBe('acquired');
    });
  });
});
