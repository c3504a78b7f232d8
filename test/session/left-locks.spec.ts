import { LeftLocks } from '../../lib/session/store-access/left-locks.js';
import { StoreParts } from '../../lib/session/store-access/store-parts.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { FaultyStore } from '../support/stores/faulty-store.js';

const LEASE = 3_600_000;
const holder = { route: 'GET /', process: 'host:1', since: 0 };

describe('A lock that could not be released', () => {
  let clock: ManualClock;
  let store: FaultyStore;
  let left: LeftLocks;
  let attempts: string[];
  let isDown: boolean;

  beforeEach(() => {
    clock = new ManualClock(Date.now());
    store = new FaultyStore(new MemoryStore());
    left = new LeftLocks(store, new StoreParts(store, clock, 2_000), clock);
    attempts = [];
    isDown = true;
    const unlock = store.unlock.bind(store);
    store.unlock = (args) => {
      attempts.push(args.id);
      return isDown ? Promise.reject(new Error('ECONNREFUSED')) : unlock(args);
    };
  });

  async function locked(id: string, token: string): Promise<void> {
    const now = clock.now();
    await store.create({ id, record: { data: '{}', createdAt: now, expiresAt: now + LEASE } });
    await store.tryLock({ id, token, lease: LEASE, holder });
  }

  async function isFree(id: string): Promise<boolean> {
    return (await store.tryLock({ id, token: 'another', lease: LEASE, holder })).status === 'acquired';
  }

  it('is released as soon as the store answers again, with the touch that goes with it, and once', async () => {
    await locked('a', 'mine');
    const expiresAt = clock.now() + 2 * LEASE;
    left.add({ id: 'a', token: 'mine', expiresAt });
    await clock.advanceAsync(10_000);
    expect(await isFree('a')).toBe(false);

    isDown = false;
    attempts = [];
    await clock.advanceAsync(250);
    expect(await store.load({ id: 'a' })).toMatchObject({ record: { expiresAt } });
    expect(await isFree('a')).toBe(true);
    await clock.advanceAsync(10_000);
    expect(attempts).toEqual(['a']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does not take the lock from the one who has got it since', async () => {
    await locked('a', 'theirs');
    left.add({ id: 'a', token: 'mine' });
    isDown = false;
    await clock.advanceAsync(250);

    expect(attempts).toEqual(['a']);
    expect(await isFree('a')).toBe(false);
  });

  it('is one of thirty-two at a time, in their order, however many there are', async () => {
    const ids = Array.from({ length: 70 }, (_, n) => `id-${n}`);
    for (const id of ids) left.add({ id, token: 'mine' });
    await clock.advanceAsync(250);
    expect(attempts).toEqual(ids.slice(0, 32));
    isDown = false;
    await clock.advanceAsync(500);

    expect(attempts).toEqual([...ids, ...ids.slice(0, 26)]);
  });

  it('is left to its lease after five minutes, and when the process ends', async () => {
    left.add({ id: 'a', token: 'mine' });
    await clock.advanceAsync(300_500);
    const asked = attempts.length;
    await clock.advanceAsync(LEASE);
    expect([attempts.length, clock.pendingTimers]).toEqual([asked, 0]);

    left.add({ id: 'b', token: 'mine' });
    left.close();
    left.add({ id: 'c', token: 'mine' });
    await clock.advanceAsync(LEASE);
    expect([attempts.length, clock.pendingTimers]).toEqual([asked, 0]);
  });
});
