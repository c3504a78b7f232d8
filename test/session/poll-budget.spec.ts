import { setMaxListeners } from 'node:events';
import { jest } from '@jest/globals';
import { SessionLockTimeoutError } from '../../lib/errors/index.js';
import { PollBudget, type PolledSession } from '../../lib/session/lock/poll-budget.js';
import type { LockOutcome } from '../../lib/session/lock/session-lock.js';
import { EngineRig } from '../support/engine/engine-rig.js';

const SECOND = 1_000;
const HOUR = 3_600_000;
const never = patientSignal().signal;

/** For any number of requests. */
function patientSignal(): AbortController {
  const client = new AbortController();
  setMaxListeners(0, client.signal);
  return client;
}

describe('The polls for locks that other processes hold', () => {
  let rig: EngineRig;
  let polled: { readonly id: string; readonly at: number }[];

  beforeEach(() => {
    rig = new EngineRig();
    polled = [];
    const tryLock = rig.store.tryLock.bind(rig.store);
    jest.spyOn(rig.store, 'tryLock').mockImplementation((args) => {
      polled.push({ id: args.id, at: rig.clock.monotonic() });
      return tryLock(args);
    });
  });

  async function stored(id: string): Promise<void> {
    const now = rig.clock.now();
    await rig.store.create({ id, record: { data: '{}', createdAt: now, expiresAt: now + HOUR } });
  }

  /** So many sessions whose locks another process holds. */
  async function heldElsewhere(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, (_, n) => `session ${n}`);
    const holder = { route: 'POST /report', process: 'other:7', since: rig.clock.now() };
    for (const id of ids) {
      await stored(id);
      await rig.store.tryLock({ id, token: 'theirs', lease: HOUR, holder });
    }
    polled.length = 0;
    return ids;
  }

  function acquire(id: string, signal = never, wait = HOUR): Promise<LockOutcome> {
    return rig.locks.acquire(id, { wait, lease: 30 * SECOND, route: 'GET /test', signal: () => signal });
  }

  function wait(ids: readonly string[], signal?: AbortSignal): void {
    ids.forEach((id) => void acquire(id, signal).catch(() => undefined));
  }

  async function pollsIn(seconds: number): Promise<number> {
    polled.length = 0;
    await rig.clock.advanceAsync(seconds * SECOND);
    return polled.length;
  }

  it('of one session come at once, after some 40 ms, and then every 5 ms, within a quarter', async () => {
    wait(await heldElsewhere(1));
    await rig.clock.advanceAsync(2 * SECOND);
    const [second = 0, ...later] = polled.map(({ at }, n) => at - (polled[n - 1]?.at ?? 0)).slice(1);

    expect(polled[0]?.at).toBe(0);
    expect(second).toBeGreaterThanOrEqual(30);
    expect(second).toBeLessThanOrEqual(50);
    expect(later.length).toBeGreaterThan(250);
    expect(Math.min(...later)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...later)).toBeLessThanOrEqual(8);
    expect(new Set(later).size).toBeGreaterThan(3);
  });

  it.each([10, 400, 1_000])('of %d sessions are some 200 a second for all of them together', async (count) => {
    wait(await heldElsewhere(count));
    await rig.clock.advanceAsync(0);
    expect(polled).toHaveLength(count);
    expect(await pollsIn(1)).toBeLessThanOrEqual(count + 210);

    const polls = await pollsIn(5);
    expect(polls).toBeGreaterThan(5 * 150);
    expect(polls).toBeLessThanOrEqual(5 * 210);
  });

  it('give each session the same share, in the order in which they began to wait', async () => {
    const { clock } = rig;
    const budget = new PollBudget(clock);
    const order: number[] = [];
    const sessions = Array.from({ length: 10 }, () => budget.enter());
    void Promise.all(sessions.map((session) => budget.next(session)));
    await clock.advanceAsync(50);
    async function poll(n: number, session: PolledSession): Promise<void> {
      await budget.next(session);
      order.push(n);
      await poll(n, session);
    }
    sessions.forEach((session, n) => void poll(n, session));
    await clock.advanceAsync(SECOND);

    expect(order.length).toBeGreaterThan(150);
    expect(order).toEqual(order.map((_, n) => n % 10));
  });

  it('of a session come faster again as soon as the others have gone', async () => {
    const [last = '', ...others] = await heldElsewhere(400);
    const clients = patientSignal();
    wait(others, clients.signal);
    wait([last]);
    await rig.clock.advanceAsync(3 * SECOND);
    clients.abort();

    expect(await pollsIn(1)).toBeGreaterThan(140);
    expect(new Set(polled.map(({ id }) => id))).toEqual(new Set([last]));
  });

  it('end with those who waited, and leave no timer behind', async () => {
    const ids = await heldElsewhere(3);
    const client = new AbortController();
    wait(ids.slice(0, 1), client.signal);
    const late = acquire(ids[1] ?? '', never, SECOND);
    late.catch(() => undefined);
    const lucky = acquire(ids[2] ?? '');
    await rig.clock.advanceAsync(SECOND / 2);
    client.abort();
    await rig.store.unlock({ id: ids[2] ?? '', token: 'theirs' });
    await rig.clock.advanceAsync(SECOND);

    await expect(late).rejects.toBeInstanceOf(SessionLockTimeoutError);
    const outcome = await lucky;
    expect(outcome.status).toBe('acquired');
    if (outcome.status === 'acquired') {
      await rig.locks.release(outcome.lock);
    }
    expect(await pollsIn(1)).toBe(0);
    await rig.clock.advanceAsync(30 * SECOND);
    expect(rig.clock.pendingTimers).toBe(0);
    expect(rig.locks.size).toBe(0);
  });

  it('are for at most 1,000 sessions: the next one that is locked elsewhere is refused at once, and a free one is taken', async () => {
    const ids = await heldElsewhere(1_001);
    const [last = ''] = ids.splice(1_000);
    const clients = patientSignal();
    wait(ids, clients.signal);
    await rig.clock.advanceAsync(0);
    const refused = acquire(last);

    await expect(refused).rejects.toMatchObject({
      code: 'SESSION_LOCK_TIMEOUT',
      status: 503,
      retryAfter: 1_000,
      holder: { route: 'POST /report' },
      message: expect.stringContaining(
        '1000 sessions of this process are waiting for locks of other processes already',
      ),
    });
    await stored('free');
    expect(await acquire('free')).toMatchObject({ status: 'acquired' });

    clients.abort();
    await rig.clock.advanceAsync(0);
    polled.length = 0;
    wait([last]);
    expect(await pollsIn(1)).toBeGreaterThan(140);
  });
});
