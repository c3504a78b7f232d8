import {
  SessionGoneError,
  SessionIdCollisionError,
  SessionLockLostError,
  SessionReadOnlyError,
} from '../../lib/errors/index.js';
import { generateSessionId, hashSessionId, shortHash } from '../../lib/session/session-id.js';
import { EngineRig, TIMEOUT, TOUCH_AFTER } from '../support/engine/engine-rig.js';

describe('what a commit writes of a session', () => {
  let rig: EngineRig;
  let id: string;
  beforeEach(async () => {
    rig = new EngineRig();
    id = await rig.stored({ visits: 1 });
  });

  const trips = (): string[] => rig.observed.takeCalls();

  describe('that was never loaded', () => {
    it('is nothing', () => {
      const active = rig.active(id);

      expect(rig.writer.write(active, true)).toBeUndefined();
      expect([trips(), active.cookie]).toEqual([[], undefined]);
    });
  });

  describe('that is new', () => {
    it('is nothing when nothing was set', async () => {
      const active = await rig.read();
      active.data.bag['nothing'] = undefined;

      expect(rig.writer.write(active, true)).toBeUndefined();
      expect([trips(), active.cookie]).toEqual([[], undefined]);
    });

    it('is a record, and the cookie is set', async () => {
      const active = await rig.read(generateSessionId());
      active.data.set('visits', 1);
      trips();
      await rig.writer.write(active, true);

      expect(trips()).toEqual(['create']);
      expect(await rig.data(active.id)).toEqual({ visits: 1 });
      expect(active.cookie).toEqual({ kind: 'set', id: active.id, expiresAt: rig.clock.now() + TIMEOUT });
      expect(active.lock).toBeUndefined();
    });

    it('is nothing when no cookie can be sent, with one warning for all of them in a minute', async () => {
      for (let n = 0; n < 2; n += 1) {
        const active = await rig.read(undefined, 'implicit', (transport) => {
          transport.cookieObstacle = () => 'the response has started';
        });
        active.data.set('visits', 1);
        await rig.writer.write(active, true);
        expect([active.stage.at, active.data.isEmpty]).toEqual(['new', true]);
      }

      expect(trips()).toEqual([]);
      expect(rig.logger.messages('warn')).toEqual([
        'GET /test: a new session was not stored, since the response has started.',
      ]);
    });

    it('is a record also after the headers, when they have taken the cookie along', async () => {
      const active = await rig.read();
      active.data.set('visits', 1);
      active.sendCookieEarly();
      const sent = active.cookie;
      active.transport.cookieObstacle = () => 'the response has started';
      await rig.writer.write(active, true);

      expect(sent).toMatchObject({ kind: 'set', id: active.id });
      expect(await rig.data(active.id)).toEqual({ visits: 1 });
    });

    describe('whose id is taken', () => {
      const TAKEN = 'one-id-that-is-taken';
      beforeEach(() => {
        const ids = [TAKEN, TAKEN, 'another-id-that-is-free'];
        rig = new EngineRig({ generateId: () => ids.shift() ?? TAKEN });
      });

      it('is a record under another one', async () => {
        for (const user of ['ann', 'bob']) {
          const active = await rig.read();
          active.data.set('user', user);
          await rig.writer.write(active, true);
        }

        expect(await rig.data(TAKEN)).toEqual({ user: 'ann' });
        expect(await rig.data('another-id-that-is-free')).toEqual({ user: 'bob' });
      });

      it('is an error when somebody has read the id, which can no longer be another', async () => {
        const first = await rig.read();
        first.data.set('user', 'ann');
        await rig.writer.write(first, true);
        const second = await rig.read();
        second.data.set('user', 'bob');
        expect(second.id).toBe(TAKEN);

        await expect(rig.writer.write(second, true)).rejects.toThrow(SessionIdCollisionError);
        expect(await rig.data(TAKEN)).toEqual({ user: 'ann' });
      });

      it('is tried again five times, and then is an error', async () => {
        rig = new EngineRig({ generateId: () => TAKEN });
        const first = await rig.read();
        first.data.set('user', 'ann');
        await rig.writer.write(first, true);
        const second = await rig.read();
        second.data.set('user', 'bob');
        trips();

        await expect(rig.writer.write(second, true)).rejects.toThrow(SessionIdCollisionError);
        expect(trips()).toEqual(Array(6).fill('create'));
      });
    });

    it('is nothing in read-only mode, also when it was changed by reference, which is an error', async () => {
      const active = await rig.read(undefined, 'read-only');
      active.data.bag['items'] = [1];

      expect(() => rig.writer.write(active, true)).toThrow(SessionReadOnlyError);
      expect(trips()).toEqual([]);
    });
  });

  describe('that is unchanged', () => {
    it('is nothing without a lock', async () => {
      const active = await rig.read(id, 'explicit');
      trips();

      expect(rig.writer.write(active, true)).toBeUndefined();
      expect([trips(), active.cookie]).toEqual([[], undefined]);
    });

    it('is the unlock alone under one', async () => {
      const active = await rig.read(id);
      trips();
      await rig.writer.write(active, true);

      expect([trips(), active.cookie, active.lock]).toEqual([['unlock'], undefined, undefined]);
      expect([await rig.isFree(id), rig.locks.size]).toEqual([true, 0]);
    });

    it.each([
      ['implicit', 'unlock+touch'],
      ['explicit', 'touch'],
      ['read-only', 'touch'],
    ] as const)(
      'and due is a touch, in mode %s in one round trip, %s, and the cookie is set again',
      async (mode, trip) => {
        rig.clock.advance(TOUCH_AFTER + 1);
        const active = await rig.read(id, mode);
        trips();
        await rig.writer.write(active, true);

        const expiresAt = rig.clock.now() + TIMEOUT;
        expect(trips()).toEqual([trip]);
        expect(await rig.record(id)).toMatchObject({ data: '{"visits":1}', expiresAt });
        expect(active.cookie).toEqual({ kind: 'set', id, expiresAt });
        expect([await rig.isFree(id), rig.locks.size]).toEqual([true, 0]);
      },
    );

    it('and due is a touch without a cookie when that is not persistent', async () => {
      rig = new EngineRig({ policy: { isCookiePersistent: false } });
      id = await rig.stored();
      rig.clock.advance(TOUCH_AFTER + 1);
      const active = await rig.read(id);
      await rig.writer.write(active, true);

      expect(await rig.record(id)).toMatchObject({ expiresAt: rig.clock.now() + TIMEOUT });
      expect(active.cookie).toBeUndefined();
    });

    it.each([
      ['implicit', 'unlock'],
      ['explicit', 'touch'],
    ] as const)(
      'goes on when the touch fails, in mode %s, without a cookie: the next one makes up for it',
      async (mode, operation) => {
        rig.clock.advance(TOUCH_AFTER + 1);
        const active = await rig.read(id, mode);
        rig.observed.before(operation, () => Promise.reject(new Error('ECONNRESET')));
        await rig.writer.write(active, true);

        expect([active.cookie, rig.locks.size]).toEqual([undefined, 0]);
        expect([...rig.logger.messages('warn'), ...rig.logger.messages('error')]).toEqual([
          expect.stringMatching(/^(A session could not be touched|A session lock could not be released).*ECONNRESET$/),
        ]);
      },
    );

    it.each([
      ['implicit', 'unlock+touch'],
      ['explicit', 'touch'],
    ] as const)('and due expires the cookie of a record that the store has lost, in mode %s', async (mode, touch) => {
      rig.clock.advance(TOUCH_AFTER + 1);
      const active = await rig.read(id, mode);
      rig.clock.advance(TIMEOUT);
      trips();
      await rig.writer.write(active, true);

      expect(trips()).toEqual([touch, 'load']);
      expect([active.stage, active.cookie]).toEqual([{ at: 'gone', because: 'expired' }, { kind: 'expire' }]);
      expect(rig.locks.size).toBe(0);
    });

    it('and due leaves the cookie alone when another request has destroyed the session: it may be a newer one', async () => {
      rig.clock.advance(TOUCH_AFTER + 1);
      const active = await rig.read(id, 'explicit');
      await rig.destroyedElsewhere(id);
      await rig.writer.write(active, true);

      expect([active.stage.at, active.cookie]).toEqual(['stored', undefined]);
    });

    it('and due goes on when a refused touch cannot be explained', async () => {
      rig.clock.advance(TOUCH_AFTER + 1);
      const active = await rig.read(id, 'explicit');
      await rig.destroyedElsewhere(id);
      rig.observed.before('load', () => Promise.reject(new Error('ECONNRESET')));
      await rig.writer.write(active, true);

      expect(active.cookie).toBeUndefined();
      expect(rig.logger.messages('error')).toEqual([
        'A session that could not be touched was not read again: ECONNRESET',
      ]);
    });

    it('is touched once, and what comes later is written', async () => {
      rig.clock.advance(TOUCH_AFTER + 1);
      const active = await rig.read(id, 'explicit');
      await rig.writer.write(active, true);
      expect(rig.writer.write(active, true)).toBeUndefined();
      active.data.set('late', 1);
      await rig.writer.write(active, true);

      expect(await rig.data(id)).toEqual({ visits: 1, late: 1 });
    });

    it('is nothing for save(): neither a touch nor an unlock', async () => {
      rig.clock.advance(TOUCH_AFTER + 1);
      const active = await rig.read(id);
      trips();

      expect(rig.writer.write(active, false)).toBeUndefined();
      expect(trips()).toEqual([]);
      expect(active.lock).toBeDefined();
    });

    it.each(['destroyed', 'rotated'] as const)(
      'and %s meanwhile by another request is nothing, and no cookie',
      async (because) => {
        rig.clock.advance(TOUCH_AFTER + 1);
        const active = await rig.read(id);
        await (because === 'destroyed' ? rig.destroyedElsewhere(id) : rig.rotatedElsewhere(id));
        await rig.writer.write(active, true);

        expect([await rig.data(id), active.cookie, rig.locks.size]).toEqual([because, undefined, 0]);
      },
    );
  });

  describe('that was changed', () => {
    it('is an update that unlocks in the same round trip', async () => {
      const active = await rig.read(id);
      active.data.set('visits', 2);
      trips();
      await rig.writer.write(active, true);

      expect(trips()).toEqual(['update+unlock']);
      expect(await rig.data(id)).toEqual({ visits: 2 });
      expect([await rig.isFree(id), rig.locks.size, active.lock, active.cookie]).toEqual([
        true,
        0,
        undefined,
        undefined,
      ]);
    });

    it('inside of a value is an update too', async () => {
      id = await rig.stored({ items: [1] });
      const active = await rig.read(id, 'explicit');
      (active.data.get('items') as number[]).push(2);
      await rig.writer.write(active, true);

      expect(await rig.data(id)).toEqual({ items: [1, 2] });
    });

    it('moves the expiry only when that is due, and then sets the cookie again', async () => {
      const born = rig.clock.now();
      for (const [wait, expiresAt, cookie] of [
        [TOUCH_AFTER, born + TIMEOUT, undefined],
        [1, born + TOUCH_AFTER + 1 + TIMEOUT, { kind: 'set', id, expiresAt: born + TOUCH_AFTER + 1 + TIMEOUT }],
      ] as const) {
        rig.clock.advance(wait);
        const active = await rig.read(id);
        active.data.set('at', rig.clock.now());
        await rig.writer.write(active, true);

        expect(await rig.record(id)).toMatchObject({ expiresAt });
        expect(active.cookie).toEqual(cookie);
      }
    });

    it('in read-only mode is nothing, and an error', async () => {
      id = await rig.stored({ items: [1] });
      const active = await rig.read(id, 'read-only');
      (active.data.get('items') as number[]).push(2);

      expect(() => rig.writer.write(active, true)).toThrow(SessionReadOnlyError);
      expect(await rig.data(id)).toEqual({ items: [1] });
    });

    it('beyond maxBytes is nothing, and an error', async () => {
      const active = await rig.read(id);
      active.data.set('essay', 'x'.repeat(10_000));

      await expect(rig.writer.write(active, true)).rejects.toMatchObject({ code: 'SESSION_TOO_LARGE' });
      expect(await rig.data(id)).toEqual({ visits: 1 });
    });

    it('is an update for save(), which keeps the lock and wakes nobody who waits for it', async () => {
      const active = await rig.read(id);
      const waiting = rig.read(id);
      active.data.set('visits', 2);
      trips();
      await rig.writer.write(active, false);
      await rig.clock.advanceAsync(100);
      expect([trips(), await rig.isFree(id)]).toEqual([['update'], false]);

      await rig.writer.write(active, true);
      expect((await waiting).data.get('visits')).toBe(2);
    });

    it('is what this request changed laid over what others wrote meanwhile', async () => {
      const active = await rig.read(id, 'explicit');
      active.data.set('mine', 1);
      await rig.changedElsewhere(id, 'theirs', 2);
      await rig.writer.write(active, true);

      expect(await rig.data(id)).toEqual({ visits: 1, theirs: 2, mine: 1 });
      expect([active.data.get('theirs'), active.data.isChanged]).toEqual([2, false]);
    });

    it('is nothing when the lock was lost to another holder, which is an error', async () => {
      const active = await rig.read(id);
      active.data.set('visits', 2);
      await rig.store.unlock({ id: hashSessionId(id), token: active.lock?.token ?? '' });
      await rig.changedElsewhere(id, 'visits', 3);

      await expect(rig.writer.write(active, true)).rejects.toThrow(SessionLockLostError);
      expect(await rig.data(id)).toEqual({ visits: 3 });
    });

    describe.each(['implicit', 'explicit'] as const)('but is gone meanwhile, in mode %s,', (mode) => {
      it.each([
        ['destroyed', undefined],
        ['rotated', undefined],
        ['expired', { kind: 'expire' }],
      ] as const)('%s, is nothing, and a 409 that names it; the cookie is: %p', async (because, cookie) => {
        const active = await rig.read(id, mode);
        active.data.set('visits', 2);
        if (because === 'destroyed') {
          await rig.destroyedElsewhere(id);
        } else if (because === 'rotated') {
          await rig.rotatedElsewhere(id);
        } else {
          await rig.store.delete({ id: hashSessionId(id), tombstoneUntil: 0 });
        }
        const commit = rig.writer.write(active, true);

        await expect(commit).rejects.toThrow(SessionGoneError);
        await expect(commit).rejects.toMatchObject({
          status: 409,
          because,
          message: expect.stringContaining(shortHash(hashSessionId(id))),
        });
        expect(await rig.data(id)).toBe(because === 'expired' ? 'missing' : because);
        expect([active.stage, active.cookie, rig.locks.size]).toEqual([{ at: 'gone', because }, cookie, 0]);
        // Whatever else the request does: it never comes back.
        expect(() => rig.writer.write(active, true)).toThrow(SessionGoneError);
      });
    });

    it('but was gone at the load is nothing, and a 409', async () => {
      await rig.destroyedElsewhere(id);
      const active = await rig.read(id);
      active.data.set('visits', 2);

      expect(() => rig.writer.write(active, true)).toThrow(SessionGoneError);
      expect([await rig.data(id), active.cookie]).toEqual(['destroyed', undefined]);
    });

    it('but turns out to be gone when it is locked is a 409 also when all that was changed was a key that it deleted', async () => {
      const { unit, session } = rig.visit(id, 'explicit');
      await session.load();
      session.delete('visits');
      await rig.rotatedElsewhere(id);
      await session.acquireLock();

      await expect(Promise.resolve(unit.commit())).rejects.toThrow(SessionGoneError);
    });

    it('but has a record that can no longer be decoded is nothing, and no lock stays', async () => {
      for (const mode of ['explicit', 'implicit'] as const) {
        id = await rig.stored({ cart: 1 });
        const active = await rig.read(id, mode);
        active.data.set('cart', 2);
        const found = await rig.store.load({ id: hashSessionId(id) });
        const { version, record } = found as Extract<typeof found, { status: 'found' }>;
        await rig.store.update({ id: hashSessionId(id), record: { ...record, data: 'torn' }, guard: { version } });

        await expect(rig.writer.write(active, true)).rejects.toThrow(SessionGoneError);
        expect(await rig.record(id)).toMatchObject({ data: 'torn' });
        expect([mode, await rig.isFree(id), rig.locks.size]).toEqual([mode, true, 0]);
      }
    });
  });

  describe('that was regenerated', () => {
    it('is one step: the record under the new id, a tombstone under the old one, unlocked, and the cookie is set', async () => {
      const active = await rig.read(id);
      active.rotate(true);
      trips();
      await rig.writer.write(active, true);

      expect(trips()).toEqual(['rotate+unlock']);
      expect(await rig.data(active.id)).toEqual({ visits: 1 });
      expect(await rig.data(id)).toBe('rotated');
      expect([await rig.isFree(active.id), rig.locks.size]).toEqual([true, 0]);
      expect(active.cookie).toMatchObject({ kind: 'set', id: active.id });
      rig.clock.advance(30_000);
      expect(await rig.data(id)).toBe('missing');
    });

    it('by save() keeps the lock under the new id', async () => {
      const active = await rig.read(id);
      active.rotate(true);
      await rig.writer.write(active, false);
      expect([active.lock?.id, await rig.isFree(active.id)]).toEqual([hashSessionId(active.id), false]);

      await rig.writer.write(active, true);
      expect([await rig.isFree(active.id), rig.locks.size]).toEqual([true, 0]);
    });

    it('takes another new id when one is taken, although the old one was read', async () => {
      const ids = [id, 'another-id-that-is-free'];
      rig = new EngineRig({ generateId: () => ids.shift() ?? '' });
      await rig.store.create({
        id: hashSessionId(id),
        record: { data: '{"user":"ann"}', createdAt: rig.clock.now(), expiresAt: rig.clock.now() + TIMEOUT },
      });
      const own = await rig.stored({ user: 'bob' });
      const active = await rig.read(own);
      expect(active.id).toBe(own);
      active.rotate(true);
      await rig.writer.write(active, true);

      expect(active.id).toBe('another-id-that-is-free');
      expect([await rig.data(active.id), await rig.data(id)]).toEqual([{ user: 'bob' }, { user: 'ann' }]);
    });

    it('keeps a new id that was read: a collision is an error then', async () => {
      rig = new EngineRig({ generateId: () => 'always-the-same-id' });
      const first = await rig.read();
      first.data.set('user', 'ann');
      await rig.writer.write(first, true);
      const active = await rig.read(await rig.stored());
      active.rotate(true);
      expect(active.id).toBe('always-the-same-id');

      await expect(rig.writer.write(active, true)).rejects.toThrow(SessionIdCollisionError);
      expect(await rig.data('always-the-same-id')).toEqual({ user: 'ann' });
    });

    it.each(['destroyed', 'rotated', 'expired'] as const)(
      'but is gone meanwhile (%s) is a fresh session with what this request has set, and nothing else',
      async (because) => {
        const active = await rig.read(id);
        active.data.set('before', 1);
        active.rotate(true);
        active.data.set('after', 1);
        if (because === 'destroyed') {
          await rig.destroyedElsewhere(id);
        } else if (because === 'rotated') {
          await rig.rotatedElsewhere(id);
        } else {
          await rig.store.delete({ id: hashSessionId(id), tombstoneUntil: 0 });
        }
        await rig.writer.write(active, true);

        expect(await rig.data(active.id)).toEqual({ before: 1, after: 1 });
        expect(active.cookie).toMatchObject({ kind: 'set', id: active.id });
        expect([await rig.data(id), rig.locks.size]).toEqual([because === 'expired' ? 'missing' : because, 0]);
      },
    );

    it('but is gone meanwhile is stored under the id that was read', async () => {
      const active = await rig.read(id);
      active.data.set('user', 'ann');
      active.rotate(true);
      const read = active.id;
      await rig.destroyedElsewhere(id);
      await rig.writer.write(active, true);

      expect([active.id, await rig.data(read)]).toEqual([read, { user: 'ann' }]);
    });

    it('but is gone meanwhile is stored under the id that has left in a cookie', async () => {
      const active = await rig.read(id);
      active.data.set('user', 'ann');
      active.rotate(true);
      active.sendCookieEarly();
      const { cookie } = active;
      active.transport.cookieObstacle = () => 'the response has started';
      await rig.destroyedElsewhere(id);
      await rig.writer.write(active, true);

      expect(await rig.data(cookie?.kind === 'set' ? cookie.id : '')).toEqual({ user: 'ann' });
    });

    it('into a new life takes nothing over that others have put into the old one', async () => {
      const active = await rig.read(id, 'explicit');
      active.rotate(false);
      active.data.set('user', 'bob');
      await rig.changedElsewhere(id, 'secret', 1);
      rig.clock.advance(1_000);
      await rig.writer.write(active, true);

      const now = rig.clock.now();
      expect(await rig.record(active.id)).toEqual({ data: '{"user":"bob"}', createdAt: now, expiresAt: now + TIMEOUT });
    });
  });

  describe('that was destroyed', () => {
    it('is a tombstone at once, with the lock free and the cookie expired', async () => {
      const active = await rig.read(id);
      trips();
      await rig.writer.end(active);

      expect(trips()).toEqual(['delete']);
      expect([await rig.data(id), rig.locks.size, active.cookie]).toEqual(['destroyed', 0, { kind: 'expire' }]);
    });

    it('is nothing more, whatever is changed later, with one line in the log', async () => {
      const active = await rig.read(id);
      await rig.writer.end(active);
      active.data.set('late', 1);
      trips();

      expect(rig.writer.write(active, true)).toBeUndefined();
      expect([trips(), active.data.isEmpty]).toEqual([[], true]);
      expect(rig.logger.messages('warn')).toEqual(['GET /test changed its session after it had destroyed it.']);
    });

    it('is a success when another request has destroyed it, and expires the cookie', async () => {
      for (const isKnown of [true, false]) {
        id = await rig.stored();
        const early = await rig.read(id, 'explicit');
        await rig.destroyedElsewhere(id);
        const active = isKnown ? await rig.read(id) : early;
        await rig.writer.end(active);

        expect([active.stage.at, active.cookie]).toEqual(['destroyed', { kind: 'expire' }]);
      }
    });

    it('is a 409 when another request gave it a new id, which is still logged in, and keeps the new cookie', async () => {
      for (const isKnown of [true, false]) {
        id = await rig.stored();
        const early = await rig.read(id, 'explicit');
        const renamed = await rig.rotatedElsewhere(id);
        const active = isKnown ? await rig.read(id) : early;

        await expect(rig.writer.end(active)).rejects.toMatchObject({ status: 409, because: 'rotated' });
        expect([active.stage, active.cookie]).toEqual([{ at: 'gone', because: 'rotated' }, undefined]);
        expect(await rig.data(renamed)).toEqual({});
      }
    });

    it('is a success when it has expired meanwhile, and expires the cookie', async () => {
      const active = await rig.read(id, 'explicit');
      rig.clock.advance(TIMEOUT);
      await rig.writer.end(active);

      expect([active.stage.at, active.cookie]).toEqual(['destroyed', { kind: 'expire' }]);
    });

    it('ends every session that the cookies name, those that others hold included', async () => {
      const other = await rig.stored();
      await rig.read(other);
      const unknown = generateSessionId();
      const active = await rig.read(undefined, 'implicit', (transport) => {
        transport.cookieHeader = `sid=${id}; sid=${other}; sid=${unknown}`;
      });
      expect(active.id).toBe(id);
      await rig.writer.end(active);

      expect([await rig.data(id), await rig.data(other), await rig.data(unknown)]).toEqual([
        'destroyed',
        'destroyed',
        'missing',
      ]);
    });

    it('under the new id that it got in this request, ends that', async () => {
      const active = await rig.read(id);
      active.rotate(true);
      await rig.writer.write(active, false);
      const renamed = active.id;
      await rig.writer.end(active);

      expect([await rig.data(renamed), await rig.data(id), active.cookie]).toEqual([
        'destroyed',
        'rotated',
        { kind: 'expire' },
      ]);
      expect(rig.locks.size).toBe(0);
    });

    it('is nothing when there was none, and leaves the cookie alone', async () => {
      const active = await rig.read(generateSessionId());
      await rig.writer.end(active);

      expect([active.stage.at, active.cookie]).toEqual(['destroyed', undefined]);
    });

    it('stays where it is when the store fails', async () => {
      const active = await rig.read(id);
      rig.observed.before('delete', () => Promise.reject(new Error('ECONNREFUSED')));

      await expect(rig.writer.end(active)).rejects.toThrow('ECONNREFUSED');
      expect([active.stage.at, active.cookie, active.lock === undefined]).toEqual(['stored', undefined, false]);
    });
  });

  describe('that might expire while its request runs', () => {
    it.each(['implicit', 'explicit', 'read-only'] as const)(
      'is a touch at the load, which keeps the lock, in mode %s',
      async (mode) => {
        rig.clock.advance(TIMEOUT - 1);
        const active = await rig.read(id, mode);
        trips();
        await rig.writer.prolong(active);

        const expiresAt = rig.clock.now() + TIMEOUT;
        expect(trips()).toEqual(['touch']);
        expect(await rig.record(id)).toMatchObject({ expiresAt });
        expect([active.cookie, active.lock === undefined]).toEqual([
          { kind: 'set', id, expiresAt },
          mode !== 'implicit',
        ]);
      },
    );

    it('goes on with what it has when the touch fails', async () => {
      rig.clock.advance(TIMEOUT - 1);
      const active = await rig.read(id);
      rig.observed.before('touch', () => Promise.reject(new Error('ECONNRESET')));
      await rig.writer.prolong(active);

      expect([active.stage.at, active.cookie, active.data.get('visits')]).toEqual(['stored', undefined, 1]);
      expect(rig.logger.messages('error')).toEqual(['A session could not be touched: ECONNRESET']);
    });

    it('is nothing where no cookie can follow, and of a session that is not stored', async () => {
      rig.clock.advance(TIMEOUT - 1);
      const silent = await rig.read(id, 'explicit', (transport) => (transport.renewsExpiry = false));
      const none = await rig.read();
      trips();
      await rig.writer.prolong(silent);
      await rig.writer.prolong(none);

      expect(trips()).toEqual([]);
    });
  });

  it('is the unlock alone when nothing may be written, and nothing without a lock', async () => {
    const active = await rig.read(id);
    active.data.set('visits', 2);
    trips();
    await rig.writer.unlock(active);
    await rig.writer.unlock(active);

    expect([trips(), await rig.data(id), rig.locks.size]).toEqual([['unlock'], { visits: 1 }, 0]);
  });
});
