import { jest } from '@jest/globals';
import { SessionReadOnlyError, SessionStoreError } from '../../lib/errors/index.js';
import { hashSessionId } from '../../lib/session/session-id.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { EngineRig, TIMEOUT, TOUCH_AFTER } from '../support/engine-rig.js';

const operations = ['load', 'create', 'update', 'touch', 'delete', 'rotate', 'tryLock', 'renewLock', 'unlock'] as const;

describe('a commit', () => {
  let rig: EngineRig;
  let trips: string[];

  beforeEach(() => {
    rig = new EngineRig();
    trips = [];
    for (const operation of operations) {
      jest.spyOn(rig.store, operation);
    }
  });

  /** What was asked of the store since the last time, in order. */
  function takeTrips(): string[] {
    const calls = operations.flatMap((operation) => {
      const { invocationCallOrder } = jest.mocked(rig.store[operation]).mock;
      return invocationCallOrder.map((order) => ({ operation, order }));
    });
    const all = calls.sort((a, b) => a.order - b.order).map(({ operation }) => operation);
    const fresh = all.slice(trips.length);
    trips = all;
    return fresh;
  }

  it('does nothing for a session that was not loaded', async () => {
    const state = rig.state(await rig.stored());
    takeTrips();
    await rig.writer.commit(state);
    expect(takeTrips()).toEqual([]);
  });

  it('only unlocks when nothing changed and no touch is due', async () => {
    const id = await rig.stored({ visits: 1 });
    const state = await rig.opened(id);
    takeTrips();
    await rig.writer.commit(state);

    expect(takeTrips()).toEqual(['unlock']);
    expect(state.cookie).toBeUndefined();
    expect(await rig.isFree(id)).toBe(true);
  });

  it('does nothing at all when the session is not locked either', async () => {
    const state = await rig.opened(await rig.stored(), 'explicit');
    takeTrips();
    await rig.writer.commit(state);
    expect(takeTrips()).toEqual([]);
  });

  it.each([
    ['implicit', 'unlock'],
    ['explicit', 'touch'],
    ['read-only', 'touch'],
  ] as const)('touches in mode %s with one %s, and refreshes the cookie', async (mode, operation) => {
    const id = await rig.stored();
    rig.clock.advance(TOUCH_AFTER + 1);
    const state = await rig.opened(id, mode);
    takeTrips();
    await rig.writer.commit(state);

    expect(takeTrips()).toEqual([operation]);
    const expiresAt = rig.clock.now() + TIMEOUT;
    expect(await rig.record(id)).toMatchObject({ expiresAt });
    expect(state.cookie).toMatchObject({ kind: 'set', id, expiresAt, isRefresh: true });
    expect(await rig.isFree(id)).toBe(true);
  });

  it.each([
    ['implicit', 'unlock'],
    ['explicit', 'touch'],
  ] as const)(
    'goes on without a cookie when the touch fails in mode %s: the next request makes up for it',
    async (mode, operation) => {
      const id = await rig.stored();
      rig.clock.advance(TOUCH_AFTER + 1);
      const state = await rig.opened(id, mode);
      jest.mocked(rig.store[operation]).mockRejectedValueOnce(new Error('ECONNRESET'));
      const { expiresAt } = state.stored!;
      await rig.writer.commit(state);

      expect(state.cookie).toBeUndefined();
      expect(state.stored).toMatchObject({ expiresAt });
      expect([...rig.logger.messages('warn'), ...rig.logger.messages('error')]).toEqual([
        expect.stringMatching(/^(A session could not be touched|A session lock was left to run out): .*ECONNRESET$/),
      ]);
    },
  );

  it('touches once, and writes what comes later', async () => {
    const id = await rig.stored();
    rig.clock.advance(TOUCH_AFTER + 1);
    const state = await rig.opened(id, 'explicit');
    await rig.writer.commit(state);
    takeTrips();
    await rig.writer.commit(state);
    expect(takeTrips()).toEqual([]);
    state.contents.set('late', 1);
    await rig.writer.commit(state);

    expect(await rig.data(id)).toEqual({ late: 1 });
  });

  it('sends no cookie when the touch was refused, because the session is gone', async () => {
    const id = await rig.stored();
    rig.clock.advance(TOUCH_AFTER + 1);
    const state = await rig.opened(id, 'read-only');
    await rig.writer.destroy(await rig.opened(id, 'explicit'));
    await rig.writer.commit(state);

    expect(state.cookie).toBeUndefined();
    expect(await rig.record(id)).toBeUndefined();
  });

  it('writes a change and unlocks in one trip', async () => {
    const id = await rig.stored({ visits: 1 });
    const state = await rig.opened(id);
    state.contents.set('visits', 2);
    takeTrips();
    await rig.writer.commit(state);

    expect(takeTrips()).toEqual(['update']);
    expect(await rig.data(id)).toEqual({ visits: 2 });
    expect(await rig.isFree(id)).toBe(true);
    expect(rig.locks.size).toBe(0);
    expect(state.cookie).toBeUndefined();
  });

  it('moves the expiry with a change only when that is due', async () => {
    const born = rig.clock.now();
    const id = await rig.stored();
    for (const [wait, expiresAt] of [
      [TOUCH_AFTER, born + TIMEOUT],
      [1, born + TOUCH_AFTER + 1 + TIMEOUT],
    ] as const) {
      rig.clock.advance(wait);
      const state = await rig.opened(id);
      state.contents.set('at', rig.clock.now());
      await rig.writer.commit(state);
      expect(await rig.record(id)).toMatchObject({ expiresAt });
    }
  });

  it('refuses a change in read-only mode', async () => {
    const id = await rig.stored({ items: [1] });
    const state = await rig.opened(id, 'read-only');
    (state.contents.get('items') as number[]).push(2);

    await expect(rig.writer.commit(state)).rejects.toBeInstanceOf(SessionReadOnlyError);
    expect(await rig.data(id)).toEqual({ items: [1] });
  });

  it('creates nothing in read-only mode, also when a new session was changed by reference', async () => {
    const state = await rig.opened(undefined, 'read-only');
    state.contents.bag['items'] = [1];

    await expect(rig.writer.commit(state)).rejects.toBeInstanceOf(SessionReadOnlyError);
    expect(await rig.store.count()).toBe(0);
  });

  it('refuses what is larger than maxBytes, and leaves what was there', async () => {
    const id = await rig.stored({ visits: 1 });
    const state = await rig.opened(id);
    state.contents.set('essay', 'x'.repeat(10_000));

    await expect(rig.writer.commit(state)).rejects.toMatchObject({ code: 'SESSION_TOO_LARGE' });
    expect(await rig.data(id)).toEqual({ visits: 1 });
  });

  it('rotates in one step: the record under the new id, a tombstone under the old, unlocked', async () => {
    const old = await rig.stored({ cart: 1 });
    const state = await rig.opened(old);
    Object.assign(state, { id: undefined, rotation: { isNewLife: false } });
    takeTrips();
    await rig.writer.commit(state);

    expect(takeTrips()).toEqual(['rotate']);
    expect(await rig.data(state.id)).toEqual({ cart: 1 });
    expect(await rig.store.load({ id: hashSessionId(old) })).toEqual({ status: 'gone', because: 'rotated' });
    expect(await rig.isFree(state.id!)).toBe(true);
    expect(rig.locks.size).toBe(0);
    expect(state.cookie).toMatchObject({ kind: 'set', id: state.id, isRefresh: false });
    rig.clock.advance(30_000);
    expect(await rig.store.load({ id: hashSessionId(old) })).toEqual({ status: 'missing' });
  });

  it('drops what was changed of a session that is gone, in one log line, and sends no cookie', async () => {
    const id = await rig.stored({ visits: 1 });
    const state = await rig.opened(id, 'explicit');
    await rig.writer.destroy(await rig.opened(id, 'explicit'));
    state.contents.set('visits', 2);
    await rig.writer.commit(state);
    await rig.writer.commit(state);

    expect(await rig.record(id)).toBeUndefined();
    expect(state.cookie).toBeUndefined();
    expect(rig.logger.messages('warn')).toHaveLength(1);
    expect(rig.logger.messages('warn')[0]).toContain('GET /test was running: the changes of that request were dropped');
  });

  it('takes back the cookie that was not sent yet when somebody else made the session go', async () => {
    const state = await rig.opened(undefined, 'explicit');
    state.contents.set('visits', 1);
    await rig.writer.save(state);
    expect(state.cookie).toMatchObject({ kind: 'set' });
    await rig.writer.destroy(await rig.opened(state.id, 'explicit'));
    state.contents.set('visits', 2);
    await rig.writer.commit(state);

    expect(state.cookie).toBeUndefined();
  });

  it('retries a refused write ten times, and then is a SessionStoreError', async () => {
    const id = await rig.stored({ theirs: 0 });
    const state = await rig.opened(id, 'explicit');
    state.contents.set('mine', 1);
    const { key, createdAt, expiresAt } = state.stored!;
    const update = MemoryStore.prototype.update.bind(rig.store);
    let interventions = 0;
    jest.spyOn(rig.store, 'update').mockImplementation(async (args) => {
      const found = await rig.store.load({ id: key });
      const record = { data: `{"theirs":${(interventions += 1)}}`, createdAt, expiresAt };
      await update({ id: key, record, guard: { version: 'version' in found ? found.version : 0 } });
      return update(args);
    });

    const committed = rig.writer.commit(state);
    await expect(committed).rejects.toBeInstanceOf(SessionStoreError);
    await expect(committed).rejects.toThrow('A session was changed by others 10 times while it was written');
    expect(interventions).toBe(11);
    expect(await rig.data(id)).toEqual({ theirs: 11 });
  });

  describe('of save()', () => {
    it('writes and keeps the lock', async () => {
      const id = await rig.stored({ visits: 1 });
      const state = await rig.opened(id);
      state.contents.set('visits', 2);
      await rig.writer.save(state);

      expect(await rig.data(id)).toEqual({ visits: 2 });
      expect(await rig.isFree(id)).toBe(false);
      takeTrips();
      await rig.writer.commit(state);
      expect(takeTrips()).toEqual(['unlock']);
    });

    it('wakes nobody who waits for the lock', async () => {
      const id = await rig.stored({ visits: 1 });
      const state = await rig.opened(id);
      const waiting = rig.opened(id);
      state.contents.set('visits', 2);
      takeTrips();
      await rig.writer.save(state);
      await rig.clock.advanceAsync(100);
      expect(takeTrips()).toEqual(['update']);

      await rig.writer.commit(state);
      expect((await waiting).contents.get('visits')).toBe(2);
    });

    it('keeps the lock under the new id when it rotates', async () => {
      const state = await rig.opened(await rig.stored({ visits: 1 }));
      Object.assign(state, { id: undefined, rotation: { isNewLife: false } });
      await rig.writer.save(state);

      expect(await rig.isFree(state.id!)).toBe(false);
      await rig.writer.commit(state);
      expect(await rig.isFree(state.id!)).toBe(true);
      expect(rig.locks.size).toBe(0);
    });
  });

  it('of destroy() leaves a tombstone, lets the lock go and expires the cookie', async () => {
    const id = await rig.stored({ visits: 1 });
    const state = await rig.opened(id);
    await rig.writer.destroy(state);

    expect(await rig.store.load({ id: hashSessionId(id) })).toEqual({ status: 'gone', because: 'destroyed' });
    expect(state.cookie).toEqual({ kind: 'expire' });
    expect(rig.locks.size).toBe(0);
    expect(rig.clock.pendingTimers).toBeLessThanOrEqual(1);
  });
});
