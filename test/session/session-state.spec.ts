import { withoutOwnLock } from '../../lib/session/session-state.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits, type Visit } from '../support/engine-visits.js';

describe('a critical section that fails', () => {
  let visits: EngineVisits;
  let id: string;
  beforeEach(async () => {
    visits = new EngineVisits(new MemoryStore());
    id = await visits.stored({ cart: ['apple'] });
  });

  /** A section that does something and then fails. */
  async function failing(sent: string | undefined, work: (visit: Visit) => unknown): Promise<Visit> {
    const visit = visits.visit(sent, 'explicit');
    await visit.session.load();
    const section = visit.session.withLock(async () => {
      await work(visit);
      throw new Error('the section fails');
    });
    await expect(section).rejects.toThrow('the section fails');
    return visit;
  }

  it('undoes the new id and the end of the cookie that it asked for', async () => {
    const { lifecycle, session } = await failing(id, async (visit) => {
      await visit.session.regenerate();
      visit.session.expire();
      visit.session.set('user', 'ann');
    });
    expect([session.regenerated, session.id]).toEqual([false, id]);
    await lifecycle.commit();

    expect(lifecycle.cookie).toBeUndefined();
    expect(await visits.data(id)).toEqual({ there: true, cart: ['apple'] });
  });

  it('keeps the new id that it saved, and undoes what came after', async () => {
    const { lifecycle, session } = await failing(id, async (visit) => {
      await visit.session.regenerate();
      visit.session.set('user', 'ann');
      await visit.session.save();
      visit.session.set('late', 1);
    });
    expect([session.regenerated, session.id === id]).toEqual([true, false]);
    await lifecycle.commit();

    expect(lifecycle.cookie).toMatchObject({ kind: 'set', id: session.id });
    expect(await visits.data(session.id)).toEqual({ there: true, cart: ['apple'], user: 'ann' });
  });

  it('does not bring back the session that it destroyed', async () => {
    const { lifecycle, session } = await failing(id, async (visit) => {
      await visit.session.destroy();
      visit.session.set('late', 1);
    });
    expect(session.size).toBe(0);
    await lifecycle.commit();

    expect(lifecycle.cookie).toEqual({ kind: 'expire' });
    expect(await visits.data(id)).toBe('gone');
  });

  it('stores no new session', async () => {
    const { lifecycle, session } = await failing(undefined, (visit) => visit.session.set('user', 'ann'));
    await lifecycle.commit();

    expect(session.size).toBe(0);
    expect(lifecycle.cookie).toBeUndefined();
  });

  it('keeps the new session that it saved', async () => {
    const { lifecycle, session } = await failing(undefined, async (visit) => {
      visit.session.set('user', 'ann');
      await visit.session.save();
      visit.session.set('late', 1);
    });
    await lifecycle.commit();

    expect(await visits.data(session.id)).toEqual({ user: 'ann' });
    expect(lifecycle.cookie).toMatchObject({ kind: 'set', id: session.id });
  });
});

describe('where no commit will come', () => {
  it.each([
    ['implicit', 'explicit'],
    ['early', 'explicit'],
    ['explicit', 'explicit'],
    ['read-only', 'read-only'],
  ] as const)('the mode %s becomes %s, and the times stay', (mode, becomes) => {
    expect(withoutOwnLock({ mode, wait: 1, lease: 2 })).toEqual({ mode: becomes, wait: 1, lease: 2 });
  });
});
