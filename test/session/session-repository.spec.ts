import { SessionLockLostError, SessionStoreError, SessionTooLargeError } from '../../lib/errors/index.js';
import type { LockTerms } from '../../lib/session/lock/session-lock.js';
import type { Change, Finding, FoundSession } from '../../lib/session/repository-values.js';
import { generateSessionId, hashSessionId } from '../../lib/session/session-id.js';
import { EngineRig, TIMEOUT } from '../support/engine/engine-rig.js';

describe('the repository of sessions', () => {
  let rig: EngineRig;
  let id: string;
  beforeEach(async () => {
    rig = new EngineRig();
    id = await rig.stored({ cart: 1, colour: 'red', visits: 1 });
  });

  async function read(ofId = id, terms?: LockTerms): Promise<FoundSession> {
    const finding = await rig.repository.find([ofId], terms);
    if (finding.at !== 'stored') {
      throw new Error(`The session is ${finding.at}`);
    }
    return finding;
  }

  function change({ record, text, lock }: FoundSession, data: object, more: Partial<Change> = {}): Change {
    const { createdAt, expiresAt } = record;
    const next = { data: JSON.stringify(data), createdAt, expiresAt };
    return { record, id: record.id, next, base: text, startsNewLife: false, lock, releases: true, ...more };
  }

  async function corrupt(text: string): Promise<void> {
    const key = hashSessionId(id);
    const found = await rig.store.load({ id: key });
    const { record, version } = found as Extract<typeof found, { status: 'found' }>;
    await rig.store.update({ id: key, record: { ...record, data: text }, guard: { version } });
  }

  describe('finds', () => {
    it('a session without a lock, or with it, in one round trip', async () => {
      expect(await read()).toMatchObject({ record: { id, key: hashSessionId(id) }, bag: { cart: 1 }, lock: undefined });
      expect(rig.observed.takeCalls()).toEqual(['load']);

      expect((await read(id, rig.terms('GET /cart'))).lock).toMatchObject({ holder: { route: 'GET /cart' } });
      expect(rig.observed.takeCalls()).toEqual(['tryLock']);
      expect(await rig.isFree(id)).toBe(false);
    });

    it('the first that lives of those that the ids name, and says of none how one ended', async () => {
      const [destroyed, rotated, unknown] = [await rig.stored(), await rig.stored(), generateSessionId()];
      await rig.destroyedElsewhere(destroyed);
      await rig.rotatedElsewhere(rotated);
      const find = (...ids: string[]): Promise<Finding> => rig.repository.find(ids, undefined);

      expect(await find(unknown, destroyed, id)).toMatchObject({ at: 'stored', record: { id } });
      expect(await find(unknown, destroyed, rotated)).toEqual({ at: 'gone', because: 'destroyed' });
      expect(await find(rotated, destroyed)).toEqual({ at: 'gone', because: 'rotated' });
      expect(await find(unknown)).toEqual({ at: 'new' });
      expect(await find()).toEqual({ at: 'new' });
    });

    it.each([true, false])(
      'no session that has expired, though the store has it still, and leaves no lock (locking: %s)',
      async (isLocking) => {
        const short = new EngineRig({ policy: { absoluteTimeout: 1_000 } });
        const sent = await short.stored();
        short.clock.advance(1_000);

        expect(await short.repository.find([sent], isLocking ? short.terms() : undefined)).toEqual({ at: 'new' });
        expect([await short.isFree(sent), short.locks.size]).toEqual([true, 0]);
      },
    );

    it.each(['{torn', '[]', 'null', '"text"', ''])(
      'no session in a record that cannot be decoded, sets that aside, and leaves no lock: %j',
      async (text) => {
        await corrupt(text);

        expect(await rig.repository.find([id], rig.terms())).toEqual({ at: 'new' });
        expect(await rig.record(id)).toMatchObject({ data: text });
        expect([await rig.isFree(id), rig.locks.size, rig.logger.messages('error').length]).toEqual([true, 0, 1]);
      },
    );

    it('nothing when the store fails, which is an error', async () => {
      rig.observed.before('tryLock', () => Promise.reject(new Error('ECONNREFUSED')));

      await expect(rig.repository.find([id], rig.terms())).rejects.toThrow('ECONNREFUSED');
      expect(rig.locks.size).toBe(0);
    });
  });

  describe('locks a session that was read before', () => {
    it('and reads it again', async () => {
      const { record } = await read();
      await rig.changedElsewhere(id, 'visits', 2);

      expect(await rig.repository.lock(record, rig.terms())).toMatchObject({
        at: 'stored',
        bag: { visits: 2 },
        lock: { id: hashSessionId(id) },
      });
    });

    it.each(['destroyed', 'rotated', 'expired'] as const)('or says that it is gone: %s', async (because) => {
      const { record } = await read();
      if (because === 'destroyed') {
        await rig.destroyedElsewhere(id);
      } else if (because === 'rotated') {
        await rig.rotatedElsewhere(id);
      } else {
        rig.clock.advance(TIMEOUT);
      }

      expect(await rig.repository.lock(record, rig.terms())).toEqual({ at: 'gone', because });
      expect(rig.locks.size).toBe(0);
    });

    it('or says that it is gone when its record cannot be decoded any more, and leaves no lock', async () => {
      const { record } = await read();
      await corrupt('{torn');

      expect(await rig.repository.lock(record, rig.terms())).toEqual({ at: 'gone', because: 'expired' });
      expect([await rig.isFree(id), rig.locks.size]).toEqual([true, 0]);
    });
  });

  describe('creates', () => {
    const record = (data = '{}'): { data: string; createdAt: number; expiresAt: number } => ({
      data,
      createdAt: rig.clock.now(),
      expiresAt: rig.clock.now() + TIMEOUT,
    });

    it('a session that can be found, and knows its version', async () => {
      const fresh = generateSessionId();
      const created = await rig.repository.create(fresh, record('{"a":1}'));

      expect(created).toEqual((await read(fresh)).record);
    });

    it('none under an id that is taken, by a session or by its tombstone', async () => {
      expect(await rig.repository.create(id, record())).toBeUndefined();
      await rig.destroyedElsewhere(id);
      expect(await rig.repository.create(id, record())).toBeUndefined();
      expect(await rig.data(id)).toBe('destroyed');
    });

    it('none that is too large', async () => {
      const large = record(JSON.stringify({ essay: 'x'.repeat(10_000) }));

      await expect(rig.repository.create(generateSessionId(), large)).rejects.toThrow(SessionTooLargeError);
      expect(rig.observed.takeCalls()).toEqual([]);
    });
  });

  describe('writes a change', () => {
    it('in one round trip, and knows the version that it made', async () => {
      const found = await read();
      rig.observed.takeCalls();
      const outcome = await rig.repository.replace(change(found, { cart: 2 }));

      expect(rig.observed.takeCalls()).toEqual(['update']);
      expect(outcome).toMatchObject({ at: 'stored', data: '{"cart":2}', mergedOver: undefined });
      expect(outcome).toMatchObject({ record: (await read()).record });
    });

    it('over what others wrote meanwhile: their keys stay, ours win', async () => {
      const found = await read();
      await rig.changedElsewhere(id, 'colour', 'blue');
      await rig.changedElsewhere(id, 'user', 'ann');
      await rig.changedElsewhere(id, 'cart', 'theirs');
      const outcome = await rig.repository.replace(change(found, { cart: 2, colour: 'red' }));

      expect(outcome).toMatchObject({
        at: 'stored',
        mergedOver: '{"cart":"theirs","colour":"blue","visits":1,"user":"ann"}',
      });
      expect(await rig.data(id)).toEqual({ cart: 2, colour: 'blue', user: 'ann' });
    });

    it('over what others wrote also under a lock, when they took none', async () => {
      const found = await read(id, rig.terms());
      await rig.changedElsewhere(id, 'user', 'ann');
      await rig.repository.replace(change(found, { ...found.bag, cart: 2 }));

      expect(await rig.data(id)).toEqual({ cart: 2, colour: 'red', visits: 1, user: 'ann' });
    });

    it('and moves the expiry never back behind that of others', async () => {
      const found = await read();
      const born = rig.clock.now();
      rig.clock.advance(TIMEOUT / 2);
      await rig.changedElsewhere(id, 'user', 'ann');
      await rig.repository.replace(change(found, { ...found.bag, cart: 2 }));

      expect(await rig.record(id)).toMatchObject({ createdAt: born, expiresAt: born + TIMEOUT / 2 + TIMEOUT });
    });

    it('into a new life without the data of others', async () => {
      const found = await read();
      await rig.changedElsewhere(id, 'user', 'ann');
      const fresh = generateSessionId();
      await rig.repository.replace(change(found, { cart: 2 }, { id: fresh, startsNewLife: true }));

      expect(await rig.data(fresh)).toEqual({ cart: 2 });
    });

    it('under a new id with the data of others, when the life goes on', async () => {
      const found = await read();
      await rig.changedElsewhere(id, 'user', 'ann');
      const fresh = generateSessionId();
      await rig.repository.replace(change(found, { ...found.bag, cart: 2 }, { id: fresh }));

      expect(await rig.data(fresh)).toEqual({ cart: 2, colour: 'red', visits: 1, user: 'ann' });
      expect(await rig.data(id)).toBe('rotated');
    });

    it('not under a new id that is taken, and says so', async () => {
      const [found, taken] = [await read(), await rig.stored({ user: 'bob' })];

      expect(await rig.repository.replace(change(found, { cart: 2 }, { id: taken }))).toEqual({ at: 'id taken' });
      expect([await rig.data(taken), await rig.data(id)]).toEqual([{ user: 'bob' }, found.bag]);
    });

    it.each(['destroyed', 'rotated', 'expired'] as const)(
      'not to a session that is gone, and says why: %s',
      async (because) => {
        const found = await read();
        if (because === 'destroyed') {
          await rig.destroyedElsewhere(id);
        } else if (because === 'rotated') {
          await rig.rotatedElsewhere(id);
        } else {
          rig.clock.advance(TIMEOUT);
        }

        expect(await rig.repository.replace(change(found, { cart: 2 }))).toEqual({ at: 'gone', because });
      },
    );

    it('not over a record that cannot be decoded any more', async () => {
      const found = await read();
      await corrupt('torn');

      expect(await rig.repository.replace(change(found, { cart: 2 }))).toEqual({ at: 'gone', because: 'expired' });
      expect(await rig.record(id)).toMatchObject({ data: 'torn' });
    });

    it('not when the lock is lost to another holder', async () => {
      const found = await read(id, rig.terms());
      await rig.store.unlock({ id: hashSessionId(id), token: found.lock?.token ?? '' });
      await rig.changedElsewhere(id, 'cart', 3);

      await expect(rig.repository.replace(change(found, { cart: 2 }))).rejects.toThrow(SessionLockLostError);
      expect(await rig.data(id)).toMatchObject({ cart: 3 });
    });

    it('not when the lock is lost because the session was destroyed, which is the better reason', async () => {
      const found = await read(id, rig.terms());
      await rig.destroyedElsewhere(id);

      expect(await rig.repository.replace(change(found, { cart: 2 }))).toEqual({ at: 'gone', because: 'destroyed' });
    });

    it('not when it is too large, also after it was merged', async () => {
      const found = await read();
      await rig.changedElsewhere(id, 'theirs', 'x'.repeat(6_000));

      await expect(rig.repository.replace(change(found, { mine: 'x'.repeat(6_000) }))).rejects.toThrow(
        SessionTooLargeError,
      );
      expect(await rig.data(id)).not.toHaveProperty('mine');
    });

    it('again after each conflict, ten times, and then is a SessionStoreError', async () => {
      const found = await read();
      let theirs = 0;
      rig.observed.before('update', async () => {
        const elsewhere = await rig.store.load({ id: hashSessionId(id) });
        const { record, version } = elsewhere as Extract<typeof elsewhere, { status: 'found' }>;
        theirs += 1;
        await rig.store.update({
          id: hashSessionId(id),
          record: { ...record, data: `{"theirs":${theirs}}` },
          guard: { version },
        });
      });
      const written = rig.repository.replace(change(found, { ...found.bag, mine: 1 }));

      await expect(written).rejects.toThrow(SessionStoreError);
      await expect(written).rejects.toThrow('A session was changed by others 10 times while it was written');
      expect([theirs, await rig.data(id)]).toEqual([11, { theirs: 11 }]);
    });

    it('of one process after the other: however many change different keys at once, all are kept', async () => {
      const found = await Promise.all(Array.from({ length: 30 }, () => read()));
      rig.observed.takeCalls();
      await Promise.all(found.map((one, n) => rig.repository.replace(change(one, { ...one.bag, [`key ${n}`]: n }))));

      expect(Object.keys((await rig.data(id)) as object)).toHaveLength(33);
      // Each but the first meets one conflict, and not as many as there are others.
      expect(rig.observed.takeCalls().filter((trip) => trip === 'update')).toHaveLength(59);
    });

    it('after one that failed', async () => {
      const [one, other] = [await read(), await read()];
      rig.observed.before('update', () => Promise.reject(new Error('ECONNRESET')));
      const failed = rig.repository.replace(change(one, { cart: 2 }));
      await expect(failed).rejects.toThrow('ECONNRESET');
      rig.observed.mend();

      expect(await rig.repository.replace(change(other, { cart: 3 }))).toMatchObject({ at: 'stored' });
    });
  });

  describe('moves the expiry', () => {
    it('alone, or together with the unlock', async () => {
      const later = rig.clock.now() + 2 * TIMEOUT;
      expect(await rig.repository.touch((await read()).record, later, undefined)).toBe(true);
      expect(await rig.record(id)).toMatchObject({ expiresAt: later });

      const { record, lock } = await read(id, rig.terms());
      rig.observed.takeCalls();
      expect(await rig.repository.touch(record, later + 1, lock)).toBe(true);
      expect(rig.observed.takeCalls()).toEqual(['unlock+touch']);
      expect([(await rig.record(id))?.expiresAt, await rig.isFree(id), rig.locks.size]).toEqual([later + 1, true, 0]);
    });

    it('of nothing that is gone', async () => {
      const { record } = await read();
      await rig.destroyedElsewhere(id);

      expect(await rig.repository.touch(record, rig.clock.now() + 2 * TIMEOUT, undefined)).toBe(false);
      expect(await rig.data(id)).toBe('destroyed');
    });

    it('or goes on without, with a line in the log, when the store fails', async () => {
      const { record } = await read();
      rig.observed.before('touch', () => Promise.reject(new Error('ECONNRESET')));

      expect(await rig.repository.touch(record, rig.clock.now() + 2 * TIMEOUT, undefined)).toBeUndefined();
      expect(rig.logger.messages('error')).toEqual(['A session could not be touched: ECONNRESET']);
    });
  });

  describe('ends a session', () => {
    it('whoever holds its lock, and leaves a tombstone of half a minute', async () => {
      await read(id, rig.terms());
      expect(await rig.repository.end(id)).toBe(true);
      expect(await rig.repository.end(id)).toBe(false);
      rig.clock.advance(29_999);
      expect(await rig.data(id)).toBe('destroyed');
      rig.clock.advance(1);
      expect(await rig.data(id)).toBe('missing');
    });

    it('and knows why one is gone', async () => {
      const rotated = await rig.stored();
      await rig.rotatedElsewhere(rotated);
      await rig.destroyedElsewhere(id);

      expect(await Promise.all([id, rotated, generateSessionId()].map((one) => rig.repository.whyGone(one)))).toEqual([
        'destroyed',
        'rotated',
        'expired',
      ]);
    });
  });
});
