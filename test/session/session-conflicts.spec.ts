import { SessionLockLostError } from '../../lib/errors/index.js';
import { generateSessionId, hashSessionId } from '../../lib/session/session-id.js';
import type { ConflictOutcome } from '../../lib/session/session-conflicts.js';
import type { SessionState } from '../../lib/session/session-state.js';
import { EngineRig } from '../support/engine-rig.js';

describe('a write that was refused', () => {
  let rig: EngineRig;
  let id: string;

  beforeEach(async () => {
    rig = new EngineRig();
    id = await rig.stored({ cart: 1, colour: 'red', visits: 1 });
  });

  function resolve(state: SessionState, target = state.stored!.key): Promise<ConflictOutcome> {
    return rig.conflicts.resolve(state, state.stored!, target);
  }

  /** Another request changes the session and commits. */
  async function another(change: (state: SessionState) => void): Promise<void> {
    const state = await rig.opened(id, 'explicit');
    change(state);
    await rig.writer.commit(state);
  }

  it('is tried again with our keys over what is stored now', async () => {
    const state = await rig.opened(id, 'explicit');
    state.contents.set('cart', 2);
    state.contents.delete('visits');
    await another(({ contents }) => {
      contents.set('colour', 'blue');
      contents.set('user', 'ann');
    });

    expect(await resolve(state)).toBe('merged');
    expect({ ...state.contents.bag }).toEqual({ cart: 2, colour: 'blue', user: 'ann' });
    await rig.writer.commit(state);
    expect(await rig.data(id)).toEqual({ cart: 2, colour: 'blue', user: 'ann' });
  });

  it('counts a change inside of a value as a change of its key, and of no other', async () => {
    const nested = await rig.stored({ cart: { items: [1] }, user: { name: 'ann' } });
    const state = await rig.opened(nested, 'explicit');
    (state.contents.get('cart') as { items: number[] }).items.push(2);
    expect(state.contents.get('user')).toEqual({ name: 'ann' });
    const other = await rig.opened(nested, 'explicit');
    other.contents.set('user', { name: 'bob' });
    await rig.writer.commit(other);

    await resolve(state);
    expect({ ...state.contents.bag }).toEqual({ cart: { items: [1, 2] }, user: { name: 'bob' } });
  });

  it('removes with clear() only the keys that this request knew', async () => {
    const state = await rig.opened(id, 'explicit');
    state.contents.clear();
    await another(({ contents }) => contents.set('user', 'ann'));

    await resolve(state);
    expect({ ...state.contents.bag }).toEqual({ user: 'ann' });
  });

  it('is tried again also under a lock, when somebody without one wrote in between', async () => {
    const state = await rig.opened(id);
    state.contents.set('cart', 2);
    await another(({ contents }) => contents.set('user', 'ann'));

    await rig.writer.commit(state);
    expect(await rig.data(id)).toEqual({ cart: 2, colour: 'red', visits: 1, user: 'ann' });
    expect(state.id).toBe(id);
    expect(await rig.isFree(id)).toBe(true);
  });

  it('is given up when the session was destroyed', async () => {
    const state = await rig.opened(id, 'explicit');
    await rig.writer.destroy(await rig.opened(id, 'explicit'));

    expect(await resolve(state)).toBe('gone');
  });

  it('is given up when the session has expired', async () => {
    const state = await rig.opened(id, 'explicit');
    rig.clock.advance(60 * 60_000);

    expect(await resolve(state)).toBe('gone');
  });

  it.each(['explicit', 'implicit'] as const)(
    'is given up when what is stored now cannot be decoded: nothing is written over it, and no lock stays (%s)',
    async (mode) => {
      const state = await rig.opened(id, mode);
      state.contents.set('cart', 2);
      const { key, version, createdAt, expiresAt } = state.stored!;
      await rig.store.update({ id: key, record: { data: 'torn', createdAt, expiresAt }, guard: { version } });
      await rig.writer.commit(state);

      expect(state.phase).toBe('gone');
      expect(await rig.record(id)).toMatchObject({ data: 'torn' });
      expect(await rig.isFree(id)).toBe(true);
      expect(rig.locks.size).toBe(0);
    },
  );

  it('is an error when the lock was lost to somebody else', async () => {
    const state = await rig.opened(id);
    state.contents.set('cart', 2);
    await rig.store.unlock({ id: state.lock!.id, token: state.lock!.token });
    await another(({ contents }) => contents.set('cart', 3));

    await expect(resolve(state)).rejects.toBeInstanceOf(SessionLockLostError);
    await expect(rig.writer.commit(state)).rejects.toMatchObject({ status: 409, code: 'SESSION_LOCK_LOST' });
    expect(await rig.data(id)).toMatchObject({ cart: 3 });
  });

  it('is no error when the lock was lost because the session was destroyed', async () => {
    const state = await rig.opened(id);
    await rig.writer.destroy(await rig.opened(id, 'explicit'));

    expect(await resolve(state)).toBe('gone');
  });

  it('says so when it was the new id that stood in the way', async () => {
    const state = await rig.opened(id);
    state.rotation = { isNewLife: false };

    expect(await resolve(state, hashSessionId(generateSessionId()))).toBe('id taken');
  });

  it('merges before a rotation as well, but not into a new life', async () => {
    const keeping = await rig.opened(id, 'explicit');
    const starting = await rig.opened(id, 'explicit');
    await another(({ contents }) => contents.set('user', 'ann'));
    keeping.rotation = { isNewLife: false };
    starting.rotation = { isNewLife: true };
    starting.contents.clear();

    await resolve(keeping, 'elsewhere');
    expect({ ...keeping.contents.bag }).toMatchObject({ cart: 1, user: 'ann' });
    await resolve(starting, 'elsewhere');
    expect({ ...starting.contents.bag }).toEqual({});
  });
});
