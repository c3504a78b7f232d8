import { SessionGoneError } from '../../lib/errors/index.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineVisits } from '../support/engine/engine-visits.js';
import { ObservedStore } from '../support/stores/observed-store.js';

const TOMBSTONE_LIFE = 30_000;

describe('the engine', () => {
  let store: ObservedStore;
  let visits: EngineVisits;
  let id: string;

  beforeEach(async () => {
    store = new ObservedStore(new MemoryStore());
    visits = new EngineVisits(store);
    await store.start(visits);
    id = await visits.stored({ user: 'ann' });
  });

  it('counts the sessions that are alive', async () => {
    const counted = new EngineVisits(new MemoryStore());
    const ended = await counted.stored();
    await counted.stored();
    await counted.engine.destroy(ended);

    expect(await counted.engine.count()).toBe(1);
  });

  it('ends a session by its id, also while a request holds its lock, which brings nothing back and hears of it', async () => {
    const { unit, session } = visits.visit(id);
    await session.load();
    session.set('user', 'bob');

    expect(await visits.engine.destroy(id)).toBe(true);
    await expect(unit.commit()).rejects.toThrow(SessionGoneError);
    expect(await visits.data(id)).toBe('gone');
    expect(visits.engine.locks.size).toBe(0);
  });

  it('says when there was no session to end', async () => {
    expect(await visits.engine.destroy('an-id-that-nobody-has')).toBe(false);
  });

  it('remembers for half a minute that a session was ended', async () => {
    await visits.engine.destroy(id);
    visits.clock.advance(TOMBSTONE_LIFE - 1);
    expect(await visits.data(id)).toBe('gone');
    visits.clock.advance(1);
    expect(await visits.data(id)).toBe('missing');
  });

  it('closes when everything is written, and lets every lock go', async () => {
    const { unit, session } = visits.visit(id);
    const reader = visits.visit(await visits.stored());
    await session.load();
    await reader.session.load();
    session.set('user', 'bob');
    const gate = store.hold('update');
    const commit = unit.commit();
    await gate.reached;
    let isClosed = false;
    const close = visits.engine.close().then(() => (isClosed = true));
    await visits.clock.advanceAsync(0);
    expect(isClosed).toBe(false);

    gate.open();
    await Promise.all([commit, close]);
    expect(await visits.data(id)).toMatchObject({ user: 'bob' });
    expect(await visits.lockStatus(id)).toBe('acquired');
    expect(await visits.lockStatus(reader.session.id)).toBe('acquired');
  });
});
