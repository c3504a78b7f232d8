import { jest } from '@jest/globals';
import { SessionIdCollisionError } from '../../lib/errors/index.js';
import type { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineRig, TIMEOUT } from '../support/engine-rig.js';

describe('the commit of a new session', () => {
  let rig: EngineRig;
  let create: jest.SpiedFunction<MemoryStore['create']>;

  beforeEach(() => {
    rig = new EngineRig();
    create = jest.spyOn(rig.store, 'create');
  });

  it('does nothing for a new session in which nothing was set', async () => {
    const state = await rig.opened(undefined);
    await rig.writer.commit(state);
    expect(create).not.toHaveBeenCalled();
    expect(state.cookie).toBeUndefined();
  });

  it('creates a new session with data, and sends its cookie', async () => {
    const state = await rig.opened(undefined);
    state.contents.set('visits', 1);
    await rig.writer.commit(state);

    expect(create).toHaveBeenCalledTimes(1);
    expect(await rig.data(state.id)).toEqual({ visits: 1 });
    expect(state.cookie).toMatchObject({ kind: 'set', id: state.id, expiresAt: rig.clock.now() + TIMEOUT });
  });

  it('does not store a new session whose cookie can no longer be sent, and warns once', async () => {
    for (let n = 0; n < 2; n += 1) {
      const state = await rig.opened(
        undefined,
        'implicit',
        (exchange) => (exchange.cookieObstacle = () => 'the response has started'),
      );
      state.contents.set('visits', 1);
      await rig.writer.commit(state);
    }
    expect(create).not.toHaveBeenCalled();
    expect(rig.logger.messages('warn')).toEqual([
      'GET /test: a new session was not stored, since the response has started.',
    ]);
  });

  it('tries another id when one is taken, and stores the session under it', async () => {
    const ids = ['one-id-that-is-taken', 'one-id-that-is-taken', 'another-id-that-is-free'];
    rig = new EngineRig({ generateId: () => ids.shift() ?? '' });
    for (const user of ['ann', 'bob']) {
      const state = await rig.opened(undefined);
      state.contents.set('user', user);
      await rig.writer.commit(state);
    }

    expect(await rig.data('one-id-that-is-taken')).toEqual({ user: 'ann' });
    expect(await rig.data('another-id-that-is-free')).toEqual({ user: 'bob' });
  });

  it('tries another new id when one is taken during a rotation', async () => {
    const ids = ['one-id-that-is-taken', 'one-id-that-is-taken', 'another-id-that-is-free'];
    rig = new EngineRig({ generateId: () => ids.shift() ?? '' });
    const first = await rig.opened(undefined);
    first.contents.set('user', 'ann');
    await rig.writer.commit(first);
    const state = await rig.opened(await rig.stored({ user: 'bob' }));
    [state.rotation, state.id] = [{ isNewLife: false }, undefined];
    await rig.writer.commit(state);

    expect(state.id).toBe('another-id-that-is-free');
    expect(await rig.data(state.id)).toEqual({ user: 'bob' });
    expect(await rig.data('one-id-that-is-taken')).toEqual({ user: 'ann' });
  });

  it('keeps an id that left with the headers: a collision is an error then', async () => {
    rig = new EngineRig({ generateId: () => 'always-the-same-id' });
    for (const isAnnounced of [false, true]) {
      const state = await rig.opened(undefined);
      state.contents.set('user', 'ann');
      state.isCookieAnnounced = isAnnounced;
      const committed = rig.writer.commit(state);
      await (isAnnounced ? expect(committed).rejects.toThrow(SessionIdCollisionError) : committed);
    }
  });

  it('tries another id when one is taken, five times', async () => {
    rig = new EngineRig({ generateId: () => 'always-the-same-id' });
    const first = await rig.opened(undefined);
    first.contents.set('user', 'ann');
    await rig.writer.commit(first);
    create = jest.spyOn(rig.store, 'create');
    const second = await rig.opened(undefined);
    second.contents.set('user', 'bob');

    await expect(rig.writer.commit(second)).rejects.toBeInstanceOf(SessionIdCollisionError);
    expect(create).toHaveBeenCalledTimes(6);
    expect(await rig.data('always-the-same-id')).toEqual({ user: 'ann' });
  });

  it('never exchanges an id that somebody has read', async () => {
    const ids = ['one-id-that-is-taken', 'one-id-that-is-taken', 'another-id-that-is-free'];
    rig = new EngineRig({ generateId: () => ids.shift() ?? '' });
    const first = await rig.opened(undefined);
    first.contents.set('user', 'ann');
    await rig.writer.commit(first);
    const second = await rig.opened(undefined);
    second.contents.set('user', 'bob');
    second.isIdRead = true;

    await expect(rig.writer.commit(second)).rejects.toBeInstanceOf(SessionIdCollisionError);
  });
});
