import { jest } from '@jest/globals';
import { hashSessionId, shortHash } from '../../lib/session/session-id.js';
import type { LockOutcome, LockTerms, SessionLock } from '../../lib/session/lock/session-lock.js';
import { EngineRig } from '../support/engine/engine-rig.js';
import { Gate } from '../support/basics/gate.js';

const LEASE = 30_000;
const MAX_HOLD = 60_000;

describe('holding the lock of a session', () => {
  let rig: EngineRig;
  let id: string;

  beforeEach(async () => {
    rig = new EngineRig({ limits: { maxHold: MAX_HOLD } });
    id = hashSessionId(await rig.stored());
  });

  function acquire(terms: Partial<LockTerms> = {}): Promise<LockOutcome> {
    const signal = (): AbortSignal => new AbortController().signal;
    return rig.locks.acquire(id, { wait: 600_000, lease: LEASE, route: 'GET /slow', signal, ...terms });
  }

  async function hold(): Promise<SessionLock> {
    const outcome = await acquire();
    if (outcome.status !== 'acquired') {
      throw new Error(`The lock was not given: ${outcome.status}`);
    }
    return outcome.lock;
  }

  /** What another process sees that tries to lock. */
  async function elsewhere(token = 'theirs'): Promise<string> {
    const holder = { route: 'GET /', process: 'other:7', since: 0 };
    return (await rig.store.tryLock({ id, token, lease: LEASE, holder })).status;
  }

  it('is renewed at a third of the lease, so that a slow handler keeps it', async () => {
    const renewLock = jest.spyOn(rig.store, 'renewLock');
    const lock = await hold();
    for (let elapsed = 0; elapsed < MAX_HOLD; elapsed += LEASE / 3) {
      await rig.clock.advanceAsync(LEASE / 3 - 1);
      expect(await elsewhere()).toBe('held');
      await rig.clock.advanceAsync(1);
    }
    expect(renewLock.mock.calls[0]).toEqual([{ id, token: lock.token, lease: LEASE }]);
    expect(renewLock).toHaveBeenCalledTimes(5);
  });

  it('is not renewed when it was released', async () => {
    const renewLock = jest.spyOn(rig.store, 'renewLock');
    await rig.locks.release(await hold());
    await rig.clock.advanceAsync(MAX_HOLD);

    expect(renewLock).not.toHaveBeenCalled();
    expect(rig.clock.pendingTimers).toBe(0);
    expect(rig.locks.size).toBe(0);
  });

  it('ends with the lease after maxHold, with one warning that names the route and the session', async () => {
    await hold();
    await rig.clock.advanceAsync(MAX_HOLD);
    expect(rig.logger.messages('warn')).toEqual([
      `GET /slow has held the lock of session ${shortHash(id)} for longer than lock.maxHold (60000 ms): it is no longer renewed`,
    ]);
    expect(await elsewhere()).toBe('held');
    await rig.clock.advanceAsync(LEASE);
    expect(await elsewhere()).toBe('acquired');
  });

  it('is held for maxHold from when it was taken, however old the process is', async () => {
    rig.clock.advance(10 * MAX_HOLD);
    await hold();
    await rig.clock.advanceAsync(MAX_HOLD - 1);
    expect(rig.logger.messages('warn')).toEqual([]);
    await rig.clock.advanceAsync(1);
    expect(rig.logger.messages('warn')).toHaveLength(1);
  });

  it('warns of each kind of trouble: what cannot be renewed, what is held too long, and what cannot be released', async () => {
    jest.spyOn(rig.store, 'renewLock').mockRejectedValueOnce(new Error('ECONNRESET'));
    jest.spyOn(rig.store, 'unlock').mockRejectedValueOnce(new Error('ECONNRESET'));
    const lock = await hold();
    await rig.clock.advanceAsync(MAX_HOLD);
    await rig.locks.release(lock);

    expect(rig.logger.messages('warn')).toEqual([
      expect.stringMatching(/^A session lock could not be renewed: .*ECONNRESET/),
      expect.stringContaining('(60000 ms): it is no longer renewed'),
      expect.stringMatching(
        /^A session lock could not be released until the store answers again, or its lease ends: ECONNRESET/,
      ),
    ]);
  });

  it('goes to the next one of this process when maxHold and the lease are over', async () => {
    await hold();
    const next = acquire();
    await rig.clock.advanceAsync(MAX_HOLD + LEASE);
    expect(await next).toMatchObject({ status: 'acquired' });
  });

  it('hands the queue over when the store says that the lease was lost', async () => {
    const stale = await hold();
    const next = acquire();
    await rig.store.unlock({ id, token: stale.token });
    expect(await elsewhere()).toBe('acquired');
    await rig.clock.advanceAsync(LEASE / 3);
    await rig.store.unlock({ id, token: 'theirs' });
    await rig.clock.advanceAsync(50);

    expect(await next).toMatchObject({ status: 'acquired' });
  });

  it('that was lost is not released once more: it belongs to the next one', async () => {
    const stale = await hold();
    await rig.store.unlock({ id, token: stale.token });
    const second = acquire();
    const third = acquire();
    await rig.clock.advanceAsync(LEASE / 3);
    expect(await second).toMatchObject({ status: 'acquired' });

    const tryLock = jest.spyOn(rig.store, 'tryLock');
    expect(await rig.locks.release(stale)).toBe(false);
    await rig.clock.advanceAsync(100);
    expect(tryLock).not.toHaveBeenCalled();

    third.catch(() => undefined);
    expect(await elsewhere()).toBe('held');
  });

  it('survives a renewal that fails: the next one tries again', async () => {
    const lock = await hold();
    jest.spyOn(rig.store, 'renewLock').mockRejectedValueOnce(new Error('ECONNRESET'));
    await rig.clock.advanceAsync(LEASE + 1);

    expect(await elsewhere()).toBe('held');
    expect(await rig.locks.release(lock)).toBe(true);
    expect(rig.logger.messages('warn')).toEqual(['A session lock could not be renewed: ECONNRESET']);
  });

  /** In the store alone. */
  async function rotate({ token }: SessionLock, to: string): Promise<void> {
    const record = { data: '{}', createdAt: 0, expiresAt: rig.clock.now() + 600_000 };
    const version = await rig.store.load({ id }).then((found) => ('version' in found ? found.version : 0));
    const guard = { version, lock: { token, release: false } };
    await rig.store.rotate({ from: id, to, record, guard, tombstoneUntil: rig.clock.now() + LEASE });
  }

  it('goes on under the new id after a rotation, and those who wait for the old id wake at once', async () => {
    const lock = await hold();
    const waiting = Promise.all([acquire(), acquire(), acquire()]);
    const to = hashSessionId('new id');
    await rotate(lock, to);
    rig.locks.rebind(lock, to);

    expect(await waiting).toEqual(Array.from({ length: 3 }, () => ({ status: 'gone', because: 'rotated' })));
    await rig.clock.advanceAsync(LEASE + 1);
    id = to;
    expect(await elsewhere()).toBe('held');
    expect(await rig.locks.release(lock)).toBe(true);
    expect(rig.locks.size).toBe(0);
  });

  it('lets those who wait for the old id ask one after the other, also when a renewal took the lock for lost', async () => {
    const lock = await hold();
    void Promise.all([acquire(), acquire()]);
    await rotate(lock, hashSessionId('new id'));
    const gate = new Gate();
    const tryLock = jest.spyOn(rig.store, 'tryLock').mockImplementation(async () => {
      await gate.pass();
      return { status: 'gone', because: 'destroyed' };
    });
    await rig.clock.advanceAsync(LEASE / 3);
    rig.locks.rebind(lock, hashSessionId('new id'));
    await rig.clock.advanceAsync(0);
    expect(tryLock).toHaveBeenCalledTimes(1);

    gate.open();
    await rig.clock.advanceAsync(0);
    expect(tryLock).toHaveBeenCalledTimes(2);
  });

  it.each([
    { when: 'before the rotation is known', isKnown: false },
    { when: 'when the rotation is known', isKnown: true },
  ])('is renewed further if a renewal for the old id is refused $when', async ({ isKnown }) => {
    const lock = await hold();
    const to = hashSessionId('new id');
    let answer: (isOurs: boolean) => void = () => undefined;
    jest.spyOn(rig.store, 'renewLock').mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    rig.clock.advance(LEASE / 3);
    await rotate(lock, to);
    if (isKnown) {
      rig.locks.rebind(lock, to);
    }
    answer(false);
    await rig.clock.advanceAsync(0);
    if (!isKnown) {
      rig.locks.rebind(lock, to);
    }
    await rig.clock.advanceAsync(LEASE);

    id = to;
    expect(await elsewhere()).toBe('held');
    expect(await rig.locks.release(lock)).toBe(true);
    expect(rig.locks.size).toBe(0);
  });

  it('ends when the application closes', async () => {
    await hold();
    await rig.locks.close();

    expect(await elsewhere()).toBe('acquired');
    expect(rig.clock.pendingTimers).toBe(0);
  });

  it('ends with its lease, with a warning, when it cannot be released while the application closes', async () => {
    await hold();
    jest.spyOn(rig.store, 'unlock').mockRejectedValueOnce(new Error('ECONNREFUSED'));
    await rig.locks.close();

    expect(rig.logger.messages('warn')).toEqual([
      'A session lock could not be released until the store answers again, or its lease ends: ECONNREFUSED',
    ]);
  });

  it('ends when the application closes, also after maxHold', async () => {
    await hold();
    await rig.clock.advanceAsync(MAX_HOLD);
    await rig.locks.close();

    expect(await elsewhere()).toBe('acquired');
  });
});
