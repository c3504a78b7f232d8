import { SessionIdCollisionError } from '../../lib/errors/index.js';
import type { ActiveSession } from '../../lib/session/active-session.js';
import type { SessionBag } from '../../lib/session/data/serializer.js';
import { newLock, type SessionLock } from '../../lib/session/lock/session-lock.js';
import type { FoundSession, Written } from '../../lib/session/repository-values.js';
import { generateSessionId, hashSessionId } from '../../lib/session/session-id.js';
import type { StoredRecord, StoredStage } from '../../lib/session/stage.js';
import { EngineRig, TIMEOUT, TOUCH_AFTER } from '../support/engine/engine-rig.js';

describe('what is known of a session in one request', () => {
  let rig: EngineRig;
  let id: string;
  beforeEach(() => {
    rig = new EngineRig();
    id = generateSessionId();
  });

  function recordOf(ofId = id, change: Partial<StoredRecord> = {}): StoredRecord {
    const now = rig.clock.now();
    const key = hashSessionId(ofId);
    return { id: ofId, key, version: 1, createdAt: now, expiresAt: now + TIMEOUT, ...change };
  }

  function lock(): SessionLock {
    return newLock(hashSessionId(id), rig.terms(), 'a token', rig.clock.monotonic(), rig.clock.now());
  }

  function finding(data: object, change: Partial<FoundSession> = {}): FoundSession {
    const text = JSON.stringify(data);
    const bag = Object.assign(Object.create(null) as SessionBag, data);
    return { at: 'stored', record: recordOf(), bag, text, lock: undefined, ...change };
  }

  /** A request that has found a stored session. */
  function opened(data: object = {}, change: Partial<FoundSession> = {}): ActiveSession {
    const active = rig.active(id);
    active.found(finding(data, change));
    return active;
  }

  function stageOf(active: ActiveSession): StoredStage {
    if (active.stage.at !== 'stored') {
      throw new Error(`The session is ${active.stage.at}`);
    }
    return active.stage;
  }

  function written(active: ActiveSession, change: Partial<Written> = {}): Written {
    return { record: recordOf(active.nextId), data: active.data.payload(), mergedOver: undefined, ...change };
  }

  const expiryIn = (milliseconds: number): number => rig.clock.now() + milliseconds;

  describe('before the store was asked', () => {
    it('is nothing, and no id is made', () => {
      const active = rig.active(id);

      expect(active).toMatchObject({ isLoaded: false, isNew: false, isMissing: false, isRegenerated: false });
      expect([active.stage, active.lock, active.cookie]).toEqual([{ at: 'unloaded' }, undefined, undefined]);
    });

    it('is what the client sent', () => {
      expect(rig.active(id).sent).toMatchObject({ originalId: id, candidates: [id] });
      expect(rig.active('malformed').sent).toMatchObject({ originalId: 'malformed', candidates: [] });
      expect(rig.active().sent).toMatchObject({ originalId: undefined, candidates: [] });
    });
  });

  describe('when the store has answered', () => {
    it('is a stored session with its data and its lock', () => {
      const held = lock();
      const active = opened({ visits: 1 }, { lock: held });

      expect(active).toMatchObject({ isLoaded: true, isNew: false, isMissing: false, lock: held });
      expect([active.id, active.nextId, active.data.get('visits'), active.data.isChanged]).toEqual([id, id, 1, false]);
      expect(active.cookie).toBeUndefined();
    });

    it.each([
      ['is new to a client that sent none', undefined, { at: 'new' }, false],
      ['is new, and missing, to a client that sent one', generateSessionId(), { at: 'new' }, true],
      ['is new, and missing, to a client that sent a malformed one', 'malformed', { at: 'new' }, true],
      [
        'is gone when another request has destroyed it',
        generateSessionId(),
        { at: 'gone', because: 'destroyed' },
        true,
      ],
      ['is gone when another request gave it a new id', generateSessionId(), { at: 'gone', because: 'rotated' }, true],
    ] as const)('%s', (_, sent, answer, isMissing) => {
      const active = rig.active(sent);
      active.found(answer);

      expect(active).toMatchObject({ stage: answer, isLoaded: true, isNew: true, isMissing, lock: undefined });
      expect([active.data.isEmpty, active.cookie]).toEqual([true, undefined]);
    });
  });

  describe('of its id', () => {
    it('is one that is made once, and stays when it was read', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      const next = active.nextId;

      expect(next).toHaveLength(43);
      expect([active.id, active.nextId, active.id]).toEqual([next, next, next]);
      expect(() => active.giveUpId()).toThrow(SessionIdCollisionError);
    });

    it('is never the one that the client sent, when nothing is stored under it', () => {
      const active = rig.active(id);
      active.found({ at: 'new' });

      expect(active.id).not.toBe(id);
    });

    it('is exchanged when it is taken and nobody has read it', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      const taken = active.nextId;
      active.giveUpId();

      expect(active.nextId).not.toBe(taken);
    });

    it('is another one from regenerate() on, which nobody knows before it is read', () => {
      const active = opened();
      expect(active.id).toBe(id);
      active.rotate(true);
      const taken = active.nextId;
      expect(taken).not.toBe(id);
      active.giveUpId();
      expect(active.nextId).not.toBe(taken);

      const fresh = active.id;
      active.rotate(true);
      expect(active.id).not.toBe(fresh);
    });

    it('stays when it has left in a cookie', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      active.data.set('visits', 1);
      active.sendCookieEarly();

      expect(() => active.giveUpId()).toThrow(SessionIdCollisionError);
    });
  });

  describe('of its expiry', () => {
    it('is the timeout from now on in a first record', () => {
      const active = rig.active();

      expect(active.firstRecord('{"a":1}')).toEqual({
        data: '{"a":1}',
        createdAt: rig.clock.now(),
        expiresAt: expiryIn(TIMEOUT),
      });
    });

    it('is moved only when that is due', () => {
      const active = opened();
      const { record } = stageOf(active);
      rig.clock.advance(TOUCH_AFTER);
      expect(active.nextExpiry(record)).toBe(record.expiresAt);
      rig.clock.advance(1);
      expect(active.nextExpiry(record)).toBe(expiryIn(TIMEOUT));
    });

    it('is never moved where no cookie can follow it', () => {
      const active = rig.active(id, 'implicit', (transport) => (transport.renewsExpiry = false));
      active.found(finding({}));
      const { record } = stageOf(active);
      rig.clock.advance(TIMEOUT - 1);

      expect(active.nextExpiry(record)).toBe(record.expiresAt);
    });

    it('is the one that a cookie has announced, however late the commit is', () => {
      const active = opened();
      rig.clock.advance(TOUCH_AFTER + 1);
      active.sendCookieEarly();
      const announced = expiryIn(TIMEOUT);
      rig.clock.advance(2 * TOUCH_AFTER);

      expect(active.nextExpiry(stageOf(active).record)).toBe(announced);
    });

    it('goes on when the id is another, and so does the absolute timeout, but not in a new life', () => {
      const active = opened();
      const { createdAt, expiresAt } = stageOf(active).record;
      rig.clock.advance(1_000);
      active.rotate(true);
      expect(active.nextRecord(stageOf(active), '{}')).toEqual({ data: '{}', createdAt, expiresAt });

      active.rotate(false);
      const now = rig.clock.now();
      expect(active.nextRecord(stageOf(active), '{}')).toEqual({
        data: '{}',
        createdAt: now,
        expiresAt: now + TIMEOUT,
      });
    });

    it('is a new life also when the data are kept after they were thrown away', () => {
      const active = opened();
      rig.clock.advance(1_000);
      active.rotate(false);
      active.rotate(true);

      expect(stageOf(active).rotation).toEqual({ startsNewLife: true });
    });
  });

  describe('when it is locked later', () => {
    it('is what is stored now, when this request changed nothing', () => {
      const active = opened({ visits: 1 });
      const held = lock();
      active.relocked(finding({ visits: 2 }, { lock: held }), stageOf(active));

      expect([active.data.get('visits'), active.data.isChanged, active.lock]).toEqual([2, false, held]);
    });

    it('is what this request changed, on top of what is stored now', () => {
      const active = opened({ mine: 1, theirs: 1 });
      active.data.set('mine', 2);
      active.relocked(finding({ mine: 1, theirs: 2 }, { lock: lock() }), stageOf(active));

      expect(JSON.parse(active.data.text())).toEqual({ mine: 2, theirs: 2 });
      expect(active.data.isChanged).toBe(true);
    });

    it('takes nothing of the old life into a new one', () => {
      const active = opened({ secret: 1 });
      active.rotate(false);
      active.relocked(finding({ secret: 2 }, { lock: lock() }), stageOf(active));

      expect([active.data.isEmpty, stageOf(active).rotation]).toEqual([true, { startsNewLife: true }]);
    });

    it('has the lock once: who unlocks it gets it, and nobody after that', () => {
      const held = lock();
      const active = opened({}, { lock: held });

      expect([active.takeLock(), active.takeLock(), active.lock]).toEqual([held, undefined, undefined]);
    });
  });

  describe('when it was written', () => {
    it('is stored, unchanged, and has a cookie when the client does not know its id', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      active.data.set('visits', 1);
      active.written(written(active), undefined);

      expect(active.cookie).toEqual({ kind: 'set', id: active.id, expiresAt: expiryIn(TIMEOUT) });
      expect([active.stage.at, active.data.isChanged]).toEqual(['stored', false]);
    });

    it('needs no cookie while its expiry has not moved, and one when it has', () => {
      const active = opened({ visits: 1 });
      active.data.set('visits', 2);
      active.written(written(active), undefined);
      expect(active.cookie).toBeUndefined();

      rig.clock.advance(1);
      active.written(written(active), undefined);
      expect(active.cookie).toEqual({ kind: 'set', id, expiresAt: expiryIn(TIMEOUT) });
    });

    it('needs no cookie for an expiry that moved when the cookie tells of none', () => {
      rig = new EngineRig({ policy: { isCookiePersistent: false } });
      const active = opened();
      rig.clock.advance(1);
      active.written(written(active), undefined);
      expect(active.cookie).toBeUndefined();

      active.rotate(true);
      active.written(written(active), undefined);
      expect(active.cookie).toMatchObject({ kind: 'set', id: active.id });
    });

    it('has its new id, and no rotation before it', () => {
      const held = lock();
      const active = opened({}, { lock: held });
      active.rotate(true);
      const { nextId } = active;
      active.written(written(active), held);

      expect([active.id, stageOf(active).rotation, active.lock]).toEqual([nextId, undefined, held]);
      expect(active.cookie).toMatchObject({ kind: 'set', id: nextId });
    });

    it('has what others have written as well', () => {
      const active = opened({ mine: 1, theirs: 1 });
      active.data.set('mine', 2);
      const data = '{"mine":2,"theirs":2}';
      active.data.payload();
      active.written(written(active, { data, mergedOver: '{"mine":1,"theirs":2}' }), undefined);

      expect([active.data.text(), active.data.isChanged]).toEqual([data, false]);
    });
  });

  it('when its expiry was moved is that, and the cookie that tells of it', () => {
    const active = opened({}, { lock: lock() });
    const stage = stageOf(active);
    const expiresAt = stage.record.expiresAt + 1;
    active.takeLock();
    active.touched(stage, expiresAt);

    expect(stageOf(active).record.expiresAt).toBe(expiresAt);
    expect(active.lock).toBeUndefined();
    expect(active.cookie).toEqual({ kind: 'set', id, expiresAt });
  });

  describe('when another request has ended it', () => {
    it.each([
      ['destroyed', undefined],
      ['rotated', undefined],
      ['expired', { kind: 'expire' }],
    ] as const)('because it was %s, is gone, and its cookie is: %p', (because, cookie) => {
      const active = opened({ theirs: 1 }, { lock: lock() });
      active.data.set('mine', 1);
      active.written(written(active, { record: recordOf(id, { expiresAt: expiryIn(2 * TIMEOUT) }) }), undefined);
      expect(active.cookie).toMatchObject({ kind: 'set' });
      active.data.set('late', 1);
      active.lost(because);

      expect([active.stage, active.cookie, active.lock]).toEqual([{ at: 'gone', because }, cookie, undefined]);
    });

    it('keeps in memory what this request has set, as changes, and nothing else', () => {
      const active = opened({ theirs: 1, read: 1 });
      active.data.set('mine', 1);
      active.lost('destroyed');

      expect([active.data.text(), active.data.isChanged]).toEqual(['{"mine":1}', true]);
    });

    it('keeps all of a new life that regenerate() has begun, whatever the old one held', () => {
      const active = opened({ userId: 7, cart: 1 });
      active.rotate(false);
      active.data.set('userId', 7);
      active.lost('destroyed');

      expect(active.data.text()).toBe('{"userId":7}');
    });
  });

  describe('when this request has ended it', () => {
    it('is destroyed and empty, and expires the cookie that is dead', () => {
      const active = opened({ visits: 1 });
      active.ended(true);

      expect([active.stage, active.data.isEmpty, active.data.isChanged]).toEqual([{ at: 'destroyed' }, true, false]);
      expect(active.cookie).toEqual({ kind: 'expire' });
    });

    it('leaves a client alone whose cookie named no session', () => {
      const active = rig.active(id);
      active.found({ at: 'new' });
      active.ended(false);

      expect(active.cookie).toBeUndefined();
    });
  });

  describe('after regenerate()', () => {
    it('is what it was under another id, or nothing', () => {
      for (const [keepData, expected] of [
        [true, '{"visits":1}'],
        [false, '{}'],
      ] as const) {
        const active = opened({ visits: 1 });
        active.rotate(keepData);
        expect([active.isRegenerated, active.data.text(), active.stage.at]).toEqual([true, expected, 'stored']);
      }
    });

    it.each(['destroyed', 'rotated', 'expired'] as const)(
      'is new when the session was gone (%s), with what this request has set',
      (because) => {
        const active = opened({ theirs: 1 });
        active.data.set('userId', 7);
        active.lost(because);
        active.rotate(true);

        expect([active.stage, active.data.text()]).toEqual([{ at: 'new' }, '{"userId":7}']);
        expect(active.id).not.toBe(id);
      },
    );

    it('still expires the cookie of what was destroyed, until there is another', () => {
      const active = opened({ visits: 1 });
      active.ended(true);
      active.rotate(true);
      expect(active.cookie).toEqual({ kind: 'expire' });

      active.data.set('userId', 7);
      active.written(written(active), undefined);
      expect(active.cookie).toMatchObject({ kind: 'set', id: active.id });
    });

    it('takes back that the cookie shall expire', () => {
      const active = opened();
      active.isCookieExpired = true;
      expect(active.cookie).toEqual({ kind: 'expire' });
      active.rotate(true);
      expect(active.cookie).toBeUndefined();
    });
  });

  describe('whose headers leave before the commit', () => {
    it('sends the cookie of a new session that holds something', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      active.data.set('visits', 1);
      active.sendCookieEarly();

      expect(active.isCookieSent).toBe(true);
      expect(active.cookie).toEqual({ kind: 'set', id: active.nextId, expiresAt: expiryIn(TIMEOUT) });
    });

    it('knows that the cookie has left, also where the application has looked at the new id before', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      active.data.set('visits', 1);
      expect(active.id).toBe(active.nextId);
      active.sendCookieEarly();

      expect(active.isCookieSent).toBe(true);
    });

    it('sends the cookie of an expiry that is due, and of a new id', () => {
      const due = opened();
      rig.clock.advance(TOUCH_AFTER + 1);
      due.sendCookieEarly();
      expect(due.cookie).toEqual({ kind: 'set', id, expiresAt: expiryIn(TIMEOUT) });

      const rotated = opened();
      rotated.rotate(true);
      rotated.sendCookieEarly();
      expect(rotated.cookie).toMatchObject({ kind: 'set', id: rotated.nextId });
    });

    it.each<[string, () => ActiveSession]>([
      ['was not loaded', () => rig.active(id)],
      ['holds nothing', () => opened()],
      [
        'is new and holds nothing',
        () => {
          const active = rig.active();
          active.found({ at: 'new' });
          return active;
        },
      ],
      [
        'is gone',
        () => {
          const active = opened();
          active.lost('destroyed');
          active.data.set('visits', 1);
          return active;
        },
      ],
    ])('sends none of a session that %s', (_, make) => {
      const active = make();
      active.sendCookieEarly();

      expect([active.cookie, active.isCookieSent]).toEqual([undefined, false]);
    });

    it('has sent no cookie that a new session could be stored with, when it lets its cookie expire', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      active.data.set('visits', 1);
      active.isCookieExpired = true;
      active.sendCookieEarly();

      expect([active.cookie, active.isCookieSent]).toEqual([{ kind: 'expire' }, false]);
    });
  });

  describe('when a critical section fails', () => {
    it('is what it was before, as changes of this request', () => {
      const active = opened({ cart: 1 });
      active.data.set('before', 1);
      const checkpoint = active.checkpoint();
      active.data.set('late', 1);
      active.data.delete('cart');
      active.rollBack(checkpoint);

      expect([active.data.text(), active.data.isChanged]).toEqual(['{"cart":1,"before":1}', true]);
    });

    it('is what save() wrote within it', () => {
      const active = opened({ cart: 1 });
      const checkpoint = active.checkpoint();
      active.data.set('saved', 1);
      active.written(written(active, { record: recordOf(id, { version: 2 }) }), undefined);
      active.data.set('late', 1);
      active.rollBack(checkpoint);

      expect([active.data.text(), active.data.isChanged]).toEqual(['{"cart":1,"saved":1}', false]);
    });

    it('is what save() stored within it for the first time', () => {
      const active = rig.active();
      active.found({ at: 'new' });
      const checkpoint = active.checkpoint();
      active.data.set('saved', 1);
      active.written(written(active), undefined);
      active.data.set('late', 1);
      active.rollBack(checkpoint);

      expect([active.stage.at, active.data.text()]).toEqual(['stored', '{"saved":1}']);
    });

    it('has its old id again, unless the new one is stored already', () => {
      const active = opened();
      const checkpoint = active.checkpoint();
      active.rotate(true);
      active.rollBack(checkpoint);
      expect([active.id, stageOf(active).rotation]).toEqual([id, undefined]);

      active.rotate(true);
      active.written(written(active, { record: recordOf(active.nextId, { version: 2 }) }), undefined);
      active.rollBack(checkpoint);
      expect(active.id).not.toBe(id);
    });

    it('says no more that it was regenerated, nor lets its cookie expire', () => {
      const active = opened();
      const checkpoint = active.checkpoint();
      active.rotate(true);
      active.isCookieExpired = true;
      active.rollBack(checkpoint);

      expect([active.isRegenerated, active.cookie]).toEqual([false, undefined]);
    });

    it('is gone again when it had begun a fresh one in place of one that was gone', () => {
      const active = rig.active(id);
      active.found({ at: 'gone', because: 'destroyed' });
      const checkpoint = active.checkpoint();
      active.rotate(true);
      active.data.set('userId', 7);
      active.rollBack(checkpoint);

      expect([active.stage, active.data.isEmpty]).toEqual([{ at: 'gone', because: 'destroyed' }, true]);
    });

    it('keeps what was set before it when another request has ended the session within it', () => {
      const active = opened({ cart: 1 });
      active.data.set('before', 1);
      const checkpoint = active.checkpoint();
      active.data.set('late', 1);
      active.lost('destroyed');
      active.rollBack(checkpoint);

      expect([active.data.text(), active.data.isChanged]).toEqual(['{"before":1}', true]);
    });

    it('keeps the lock that it has by now', () => {
      const active = opened({}, { lock: lock() });
      const checkpoint = active.checkpoint();
      active.takeLock();
      active.rollBack(checkpoint);

      expect(active.lock).toBeUndefined();
    });

    it.each(['gone', 'destroyed'] as const)('stays %s', (at) => {
      const active = opened({ cart: 1 });
      const checkpoint = active.checkpoint();
      if (at === 'gone') {
        active.lost('destroyed');
      } else {
        active.ended(true);
      }
      active.rollBack(checkpoint);

      expect(active.stage.at).toBe(at);
      expect(active.data.isEmpty).toBe(true);
    });
  });
});
