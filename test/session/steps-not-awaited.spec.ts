import { SessionHeadersSentError } from '../../lib/errors/index.js';
import type { CookieChange } from '../../lib/session/session-transport.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits, type Visit } from '../support/engine/engine-visits.js';
import { ObservedStore } from '../support/stores/observed-store.js';

function idIn(cookie: CookieChange | undefined): string {
  return cookie?.kind === 'set' ? cookie.id : '';
}

describe('an operation that is not awaited', () => {
  let store: ObservedStore;
  let visits: EngineVisits;
  let id: string;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    visits = new EngineVisits(store);
    id = await visits.stored({ visits: 1 });
  });

  async function opened(mode: 'implicit' | 'explicit' = 'implicit'): Promise<Visit> {
    const visit = visits.visit(id, mode);
    await visit.session.load();
    return visit;
  }

  it.each(['destroy', 'save', 'regenerate', 'releaseLock'] as const)(
    'keeps the response waiting: %s()',
    async (operation) => {
      const { unit, session } = await opened('explicit');
      const gate = store.hold('update');
      session.set('visits', 2);
      const saved = session.save();
      await gate.reached;
      const done = session[operation]();
      const commit = unit.commit();
      expect(commit).toBeInstanceOf(Promise);

      let isCommitted = false;
      void commit?.then(() => (isCommitted = true));
      await visits.clock.advanceAsync(0);
      expect(isCommitted).toBe(false);
      gate.open();
      await Promise.all([saved, done, commit]);
    },
  );

  it('is nothing to wait for once it is done', async () => {
    const { unit, session } = await opened('explicit');
    await session.save();

    expect(unit.commit()).toBeUndefined();
  });

  it('comes before the commit that follows: destroy()', async () => {
    const { unit, session } = await opened('explicit');
    const done = session.destroy();
    await unit.commit();

    expect(unit.active.cookie).toEqual({ kind: 'expire' });
    expect(await visits.data(id)).toBe('gone');
    await done;
  });

  it('comes before the commit that follows: regenerate()', async () => {
    const { unit, session } = await opened();
    const done = session.regenerate();
    await unit.commit();

    expect(await visits.data(id)).toBe('gone');
    expect(await visits.data(idIn(unit.active.cookie))).toEqual({ there: true, visits: 1 });
    await done;
  });

  it('is not too late when the end of the response is held right after it', async () => {
    const { transport, unit, session } = await opened();
    const done = session.regenerate();
    transport.hasSentHeaders = true;
    await done;
    await unit.commit();

    expect(await visits.data(id)).toBe('gone');
  });

  it('is too late when the headers leave before its turn comes: the old id stays', async () => {
    const { transport, unit, session } = await opened();
    session.set('visits', 2);
    const gate = store.hold('update');
    const saved = session.save();
    await gate.reached;
    const rotated = session.regenerate();
    transport.hasSentHeaders = true;
    transport.cookieObstacle = () => 'the response has started';
    gate.open();
    await expect(rotated).rejects.toBeInstanceOf(SessionHeadersSentError);
    await saved;
    await unit.commit();

    expect(await visits.data(id)).toEqual({ there: true, visits: 2 });
  });

  it('is in time when the headers leave right after it: they take the new id with them', async () => {
    const { transport, unit, session } = await opened();
    const rotated = session.regenerate();
    unit.active.sendCookieEarly();
    transport.cookieObstacle = () => 'the response has started';
    await rotated;
    await unit.commit();

    expect(await visits.data(idIn(unit.active.cookie))).toEqual({ there: true, visits: 1 });
  });

  it.each(['implicit', 'explicit'] as const)('rotates also while a save() is under way: %s', async (mode) => {
    const { unit, session } = await opened(mode);
    session.set('visits', 2);
    const gate = store.hold('update');
    const saved = session.save();
    await gate.reached;
    const rotated = session.regenerate();
    gate.open();
    await Promise.all([saved, rotated]);
    await unit.commit();

    expect(await visits.data(id)).toBe('gone');
    expect(idIn(unit.active.cookie)).toBe(session.id);
    expect(await visits.data(session.id)).toEqual({ there: true, visits: 2 });
  });

  it('gives the cookie of what is stored when a new session gets another id while it is saved', async () => {
    const { unit, session } = visits.visit();
    await session.load();
    session.set('visits', 1);
    const gate = store.hold('create');
    const saved = session.save();
    await gate.reached;
    const rotated = session.regenerate();
    gate.open();
    await Promise.all([saved, rotated]);
    await unit.commit();

    expect(idIn(unit.active.cookie)).toBe(session.id);
    expect(await visits.data(session.id)).toEqual({ visits: 1 });
  });

  it('may be any number of them: the last word holds', async () => {
    const { unit, session } = await opened();
    session.set('user', 'ann');
    await Promise.all([session.regenerate(), session.save(), session.destroy(), session.regenerate()]);
    session.set('user', 'bob');
    await Promise.all([session.save(), session.regenerate(), unit.commit()]);

    expect(await visits.data(id)).toBe('gone');
    expect(await visits.data(idIn(unit.active.cookie))).toEqual({ user: 'bob' });
    expect(visits.engine.locks.size).toBe(0);
  });
});
