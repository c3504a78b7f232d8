import { SessionNotSerializableError } from '../../lib/errors/index.js';
import { hashSessionId } from '../../lib/session/session-id.js';
import { EngineRig, MAX_HOLD, TIMEOUT } from '../support/engine-rig.js';

describe('the loader', () => {
  let rig: EngineRig;
  let id: string;

  beforeEach(async () => {
    rig = new EngineRig();
    id = await rig.stored({ visits: 1 });
  });

  it('takes the lock with the load, and finds what holds under it', async () => {
    const state = await rig.opened(id);
    expect(state).toMatchObject({ phase: 'stored', id, isNew: false, isMissing: false });
    expect(state.contents.get('visits')).toBe(1);
    expect(await rig.isFree(id)).toBe(false);
  });

  it('takes nobody’s word for an id: an unknown or expired one is a new session without a lock', async () => {
    rig.clock.advance(TIMEOUT);
    for (const sent of [id, hashSessionId('made up')]) {
      expect(await rig.opened(sent)).toMatchObject({ phase: 'new', id: undefined, isNew: true, isMissing: true });
    }
    expect(await rig.opened(undefined)).toMatchObject({ phase: 'new', isNew: true, isMissing: false });
    expect(rig.locks.size).toBe(0);
  });

  it('lets the lock go of a record that cannot be decoded', async () => {
    await corrupt();
    expect(await rig.opened(id)).toMatchObject({ phase: 'new' });
    expect(await rig.isFree(id)).toBe(true);
    expect(rig.locks.size).toBe(0);
  });

  it('lets the lock go of a record that cannot be decoded any more when the session is locked later', async () => {
    const state = await rig.opened(id, 'explicit');
    await corrupt();
    await rig.loader.lock(state, () => new AbortController().signal);

    expect(state).toMatchObject({ phase: 'gone', lock: undefined });
    expect(await rig.isFree(id)).toBe(true);
    expect(rig.locks.size).toBe(0);
    expect(rig.logger.messages('error')).toHaveLength(1);
  });

  it('moves an expiry that might come while the request runs, in every mode, and says so by the cookie', async () => {
    for (const mode of ['implicit', 'explicit', 'read-only'] as const) {
      const sent = await rig.stored();
      rig.clock.advance(TIMEOUT - MAX_HOLD + 1);
      const state = await rig.opened(sent, mode);
      const expiresAt = rig.clock.now() + TIMEOUT;

      expect(await rig.record(sent)).toMatchObject({ expiresAt });
      expect(state.cookie).toEqual({ kind: 'set', id: sent, expiresAt, isRefresh: true });
      expect(state.lock === undefined).toBe(mode !== 'implicit');
    }
  });

  it('leaves the expiry to the commit when it cannot come before that', async () => {
    rig.clock.advance(TIMEOUT - MAX_HOLD);
    const state = await rig.opened(id);

    expect(await rig.record(id)).toMatchObject({ expiresAt: rig.clock.now() + MAX_HOLD });
    expect(state.cookie).toBeUndefined();
  });

  it('goes on with what it has when the expiry cannot be moved', async () => {
    rig.clock.advance(TIMEOUT - 1);
    rig.store.touch = () => Promise.reject(new Error('connection reset'));
    const state = await rig.opened(id);

    expect(state).toMatchObject({ phase: 'stored', cookie: undefined });
    expect(state.contents.get('visits')).toBe(1);
    expect(rig.logger.messages('error')).toHaveLength(1);
  });

  it('lets the lock go when what the request has set meanwhile cannot be stored', async () => {
    const state = await rig.opened(id, 'explicit');
    state.contents.bag['when'] = new Date();
    const locking = rig.loader.lock(state, () => new AbortController().signal);

    await expect(locking).rejects.toThrow(SessionNotSerializableError);
    // It is not the record that is broken.
    expect(rig.logger.messages('error')).toEqual([]);
    expect(state.lock).toBeUndefined();
    expect(await rig.isFree(id)).toBe(true);
    expect(rig.locks.size).toBe(0);
  });

  async function corrupt(): Promise<void> {
    const found = await rig.store.load({ id: hashSessionId(id) });
    if (found.status === 'found') {
      const { record, version } = found;
      await rig.store.update({ id: hashSessionId(id), record: { ...record, data: '{torn' }, guard: { version } });
    }
  }
});
