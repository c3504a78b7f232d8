import { hostname } from 'node:os';
import { jest } from '@jest/globals';
import { SessionLockTimeoutError } from '../../lib/errors/index.js';
import { hashSessionId, shortHash } from '../../lib/session/session-id.js';
import type { LockOutcome, LockTerms, SessionLock } from '../../lib/session/lock/session-lock.js';
import { EngineRig } from '../support/engine/engine-rig.js';

const never = new AbortController().signal;

describe('taking the lock of a session', () => {
  let rig: EngineRig;
  let id: string;

  beforeEach(async () => {
    rig = new EngineRig({ limits: { maxWaiters: 3 } });
    id = hashSessionId(await rig.stored({ visits: 1 }));
  });

  function acquire(terms: Partial<LockTerms> = {}, of = id): Promise<LockOutcome> {
    return rig.locks.acquire(of, { wait: 10_000, lease: 30_000, route: 'GET /test', signal: () => never, ...terms });
  }

  async function hold(terms: Partial<LockTerms> = {}): Promise<SessionLock> {
    const outcome = await acquire(terms);
    if (outcome.status !== 'acquired') {
      throw new Error(`The lock was not given: ${outcome.status}`);
    }
    return outcome.lock;
  }

  /** Somebody in another process has the lock. */
  async function holdElsewhere(): Promise<string> {
    const holder = { route: 'POST /report', process: 'other:7', since: rig.clock.now() };
    return (await rig.store.tryLock({ id, token: 'theirs', lease: 60_000, holder })).status;
  }

  it('gives the record as it is under the lock', async () => {
    expect(await acquire()).toMatchObject({ status: 'acquired', record: { data: '{"visits":1}' } });
  });

  it('leaves nothing behind for an id that is not there', async () => {
    for (let n = 0; n < 1_000; n += 1) {
      expect(await acquire({}, `made up ${n}`)).toEqual({ status: 'missing' });
    }
    expect(rig.locks.size).toBe(0);
    expect(rig.clock.pendingTimers).toBe(0);
  });

  it('serves those of one process in their order, and only the head asks the store', async () => {
    const tryLock = jest.spyOn(rig.store, 'tryLock');
    const order: number[] = [];
    let lock = await hold();
    const waiting = [1, 2, 3].map((n) => hold().then((mine) => [order.push(n), mine] as const));
    await rig.clock.advanceAsync(100);
    expect(tryLock).toHaveBeenCalledTimes(1);

    for (const next of waiting) {
      await rig.locks.release(lock);
      [, lock] = await next;
    }
    expect(order).toEqual([1, 2, 3]);
    expect(tryLock).toHaveBeenCalledTimes(4);
  });

  describe('of an application that closes', () => {
    const CLOSED = /^The application is closed/;

    it('is refused to who waits for it, and to who comes later', async () => {
      await hold();
      const waiting = [acquire(), acquire()];
      const refused = waiting.map((one) => expect(one).rejects.toThrow(CLOSED));

      await rig.locks.close();

      await Promise.all(refused);
      await expect(acquire()).rejects.toThrow(CLOSED);
      expect([rig.locks.size, rig.clock.pendingTimers]).toEqual([0, 0]);
    });

    it('is given back when it comes after that, and the application waits for it', async () => {
      const gate = rig.observed.hold('tryLock');
      const refused = expect(acquire()).rejects.toThrow(CLOSED);
      await gate.reached;
      let isClosed = false;
      const closing = rig.locks.close().then(() => (isClosed = true));
      await rig.clock.advanceAsync(0);
      expect(isClosed).toBe(false);

      gate.open();

      await Promise.all([refused, closing]);
      expect(await holdElsewhere()).toBe('acquired');
    });

    it.each([1, 100])('is asked for no more, after %d ms, when another process holds it', async (milliseconds) => {
      await holdElsewhere();
      const refused = expect(acquire()).rejects.toThrow(CLOSED);
      await rig.clock.advanceAsync(milliseconds);

      await rig.locks.close();

      await refused;
      expect([rig.locks.size, rig.clock.pendingTimers]).toEqual([0, 0]);
    });
  });

  it('gives up when lock.wait is over, and says who holds the session, and for how long', async () => {
    await holdElsewhere();
    await rig.clock.advanceAsync(5_000);
    const outcome = acquire({ wait: 1_000 });
    let hasGivenUp = false;
    outcome.catch(() => (hasGivenUp = true));
    await rig.clock.advanceAsync(999);
    expect(hasGivenUp).toBe(false);
    await rig.clock.advanceAsync(1);

    const error: unknown = await outcome.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SessionLockTimeoutError);
    expect(error).toMatchObject({
      ...{ status: 503, retryAfter: 1_000, reason: 'waited' },
      holder: { route: 'POST /report' },
    });
    expect(String(error)).toContain(`Session ${shortHash(id)} is locked: it was not free within 1000 ms (lock.wait)`);
    expect(String(error)).toContain(
      'It has been held for 6000 ms by POST /report (other:7). If that process has ended, the lock is free when its lease is over.',
    );
    expect(rig.locks.size).toBe(0);
  });

  it('says so as well to those of its own process, with host and process id', async () => {
    await hold({ route: 'GET /slow' });
    const waiting = acquire({ wait: 1_000 }).catch(String);
    await rig.clock.advanceAsync(1_000);

    expect(await waiting).toContain(`held for 1000 ms by GET /slow (${hostname()}:${process.pid})`);
  });

  it('names no holder when nobody holds it any more', async () => {
    rig = new EngineRig({ limits: { maxWaiters: 0 } });
    const gone = hashSessionId(await rig.stored());
    const tryLock = jest.spyOn(rig.store, 'tryLock').mockReturnValueOnce(new Promise(() => undefined));
    void acquire({}, gone);
    await expect(acquire({}, gone)).rejects.toThrow(/\(lock\.maxWaiters\)\.$/);
    expect(tryLock).toHaveBeenCalledTimes(1);
  });

  it('counts the time in the queue as waiting', async () => {
    const first = await hold();
    const outcome = acquire({ wait: 1_000 });
    outcome.catch(() => undefined);
    await rig.clock.advanceAsync(900);
    await rig.locks.release(first);
    await holdElsewhere();
    await rig.clock.advanceAsync(100);

    await expect(outcome).rejects.toThrow('not free within 1000 ms');
  });

  it('gives up in the queue as well, and the next one is served', async () => {
    const first = await hold({ route: 'GET /slow' });
    const impatient = acquire({ wait: 1_000 });
    impatient.catch(() => undefined);
    const patient = acquire();
    await rig.clock.advanceAsync(1_000);
    await expect(impatient).rejects.toMatchObject({
      holder: { route: 'GET /slow' },
      message: expect.stringContaining('it was not free within 1000 ms (lock.wait)'),
    });

    await rig.locks.release(first);
    expect(await patient).toMatchObject({ status: 'acquired' });
  });

  it('refuses at once when maxWaiters are waiting', async () => {
    await hold();
    for (let n = 0; n < 3; n += 1) {
      acquire().catch(() => undefined);
    }
    await expect(acquire()).rejects.toThrow('3 requests are waiting for it already (lock.maxWaiters)');
  });

  it('takes a free lock also with maxWaiters: 0, which forbids waiting only', async () => {
    rig = new EngineRig({ limits: { maxWaiters: 0 } });
    id = hashSessionId(await rig.stored());

    await hold();
    await expect(acquire()).rejects.toMatchObject({ status: 503 });
  });

  it.each(['in the queue', 'in the store'])(
    'leaves at once when the client goes away while it waits %s',
    async (where) => {
      const first = where === 'in the queue' ? await hold() : undefined;
      await holdElsewhere();
      const client = new AbortController();
      const outcome = acquire({ signal: () => client.signal });
      outcome.catch(() => undefined);
      await rig.clock.advanceAsync(100);
      client.abort();

      await expect(outcome).rejects.toThrow('the client went away');
      if (first !== undefined) {
        await rig.locks.release(first);
      }
      expect(rig.locks.size).toBe(0);
    },
  );

  it('wakes the next one when the client goes away in the moment in which it is woken', async () => {
    const client = new AbortController();
    const first = await hold();
    const leaving = acquire({ signal: () => client.signal });
    const staying = acquire();
    await rig.clock.advanceAsync(0);
    rig.locks.onReleased(first);
    client.abort();
    await rig.store.unlock({ id, token: first.token });

    await expect(leaving).rejects.toThrow('the client went away');
    await rig.clock.advanceAsync(50);
    expect(await staying).toMatchObject({ status: 'acquired' });
  });

  it('wakes the next one when the store fails', async () => {
    const first = await hold();
    const unlucky = acquire();
    const lucky = acquire();
    void Promise.allSettled([unlucky, lucky]);
    jest.spyOn(rig.store, 'tryLock').mockRejectedValueOnce(new Error('ECONNREFUSED'));
    await rig.locks.release(first);

    await expect(unlucky).rejects.toThrow('ECONNREFUSED');
    expect(await lucky).toMatchObject({ status: 'acquired' });
  });
});
