import { GuardedStore } from '../../lib/session/store-access/guarded-store.js';
import { LeftLocks } from '../../lib/session/store-access/left-locks.js';
import { StoreParts } from '../../lib/session/store-access/store-parts.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { FaultyStore } from '../support/stores/faulty-store.js';

const DEADLINE = 2_000;
const id = 'a-session';
const token = 'a-token';
const holder = { route: 'GET /', process: 'host:1', since: 0 };
const operations = ['load', 'create', 'update', 'touch', 'delete', 'rotate', 'tryLock', 'renewLock', 'unlock'] as const;

describe('the guarded store', () => {
  const clock = new ManualClock();

  function guard(store: SessionStore): GuardedStore {
    const parts = new StoreParts(store, clock, DEADLINE);
    return new GuardedStore(store, parts, new LeftLocks(store, parts, clock));
  }

  it.each(operations)('hands %s on with its arguments, and gives it a deadline', async (operation) => {
    const store = new MemoryStore();
    const seen: unknown[] = [];
    Object.defineProperty(store, operation, {
      value: (args: unknown) => {
        seen.push(args);
        return new Promise(() => undefined);
      },
    });
    const args = { id } as never;
    const guarded = guard(store);
    const outcome = guarded[operation](args).catch((error: unknown) => error);
    await clock.advanceAsync(DEADLINE);

    expect(seen).toEqual([args]);
    expect(await outcome).toMatchObject({ code: 'SESSION_STORE_FAILED', message: expect.stringContaining(operation) });
  });

  it('lets a lock go whose answer was lost: nobody knows that it was granted', async () => {
    const store = new MemoryStore();
    await store.create({ id, record: { data: '{}', createdAt: 0, expiresAt: Date.now() + 60_000 } });
    const tryLock = store.tryLock.bind(store);
    store.tryLock = async (args) => {
      await tryLock(args);
      throw new Error('ECONNRESET');
    };

    await expect(guard(store).tryLock({ id, token, lease: 30_000, holder })).rejects.toThrow('ECONNRESET');
    await clock.advanceAsync(0);

    await expect(tryLock({ id, token: 'another', lease: 30_000, holder })).resolves.toMatchObject({
      status: 'acquired',
    });
  });

  it('lets a lock go that was granted after its deadline: nobody is left who would', async () => {
    const store = new MemoryStore();
    const record = { data: '{}', createdAt: 0, expiresAt: Date.now() + 60_000 };
    await store.create({ id, record });
    const tryLock = store.tryLock.bind(store);
    let answer: () => void = () => undefined;
    store.tryLock = (args) =>
      new Promise((resolve) => {
        answer = () => resolve(tryLock(args));
      });

    const outcome = guard(store).tryLock({ id, token, lease: 30_000, holder });
    outcome.catch(() => undefined);
    await clock.advanceAsync(DEADLINE);
    answer();
    await expect(outcome).rejects.toMatchObject({ code: 'SESSION_STORE_FAILED' });
    await clock.advanceAsync(0);

    await expect(tryLock({ id, token: 'another', lease: 30_000, holder })).resolves.toMatchObject({
      status: 'acquired',
    });
  });

  it('lets a lock go whose answer was lost also when the store fails for a while', async () => {
    const store = new FaultyStore(new MemoryStore());
    await store.create({ id, record: { data: '{}', createdAt: 0, expiresAt: Date.now() + 60_000 } });
    const tryLock = store.tryLock.bind(store);
    const unlock = store.unlock.bind(store);
    store.tryLock = async (args) => {
      await tryLock(args);
      throw new Error('ECONNRESET');
    };
    store.unlock = () => Promise.reject(new Error('ECONNREFUSED'));

    await expect(guard(store).tryLock({ id, token, lease: 30_000, holder })).rejects.toThrow('ECONNRESET');
    await clock.advanceAsync(5_000);
    store.unlock = unlock;
    await clock.advanceAsync(250);

    await expect(tryLock({ id, token: 'another', lease: 30_000, holder })).resolves.toMatchObject({
      status: 'acquired',
    });
  });

  it('asks nothing more of a store that is slow when its late answer gave no lock', async () => {
    const store = new FaultyStore(new MemoryStore());
    store.tryLock = () => new Promise((resolve) => clock.setTimer(() => resolve({ status: 'missing' }), DEADLINE + 1));

    const outcome = guard(store).tryLock({ id, token, lease: 30_000, holder });
    outcome.catch(() => undefined);
    await clock.advanceAsync(DEADLINE + 1);

    await expect(outcome).rejects.toMatchObject({ code: 'SESSION_STORE_FAILED' });
    expect(store.calls).toEqual([]);
  });

  const record = { data: '{}', createdAt: 0, expiresAt: 1 };

  it.each<[operation: (typeof operations)[number], good: unknown[], bad: unknown[]]>([
    [
      'load',
      [{ status: 'found', record, version: 0 }, { status: 'missing' }, { status: 'gone' }],
      [
        undefined,
        {},
        { status: 'acquired', record, version: 0 },
        { status: 'found' },
        { status: 'found', record: null },
      ],
    ],
    [
      'tryLock',
      [{ status: 'acquired', record, version: 'a' }, { status: 'held' }, { status: 'missing' }, { status: 'gone' }],
      [undefined, {}, null, { status: 'found', record, version: 0 }, { status: 'acquired', version: 1 }],
    ],
    ['create', [0, '', 7, 'a', false], [undefined, true, null, {}]],
    ['update', [0, '', 7, 'a', false], [undefined, true, null, {}]],
    ['rotate', [0, '', 7, 'a', false], [undefined, true, null, {}]],
    ['touch', [true, false], [undefined, 1, null]],
    ['delete', [true, false], [undefined, 'yes', null]],
    ['renewLock', [true, false], [undefined, 1, null]],
    ['unlock', [true, false], [undefined, 1, null]],
  ])('takes from %s what the contract allows, and turns all else into an error', async (operation, good, bad) => {
    const store = new MemoryStore();
    const guarded = guard(store);
    const call = (answer: unknown): Promise<unknown> => {
      Object.defineProperty(store, operation, { value: () => answer, configurable: true });
      return guarded[operation]({ id, token } as never);
    };
    for (const answer of good) {
      await expect(call(answer)).resolves.toBe(answer);
      await expect(call(Promise.resolve(answer))).resolves.toBe(answer);
    }
    for (const answer of bad) {
      await expect(call(answer)).rejects.toMatchObject({
        code: 'SESSION_STORE_FAILED',
        message: expect.stringMatching(new RegExp(`^${operation}: the session store answered .+ in place of .+`)),
      });
    }
  });

  it('counts what the store counts, with a deadline', async () => {
    const store = new MemoryStore();
    await store.create({ id, record: { data: '{}', createdAt: 0, expiresAt: Date.now() + 60_000 } });
    await expect(guard(store).count()).resolves.toBe(1);

    store.count = () => new Promise(() => undefined);
    const outcome = guard(store).count();
    outcome.catch(() => undefined);
    await clock.advanceAsync(DEADLINE);
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('count: ') });
  });

  it.each([
    ['has no count()', {}],
    ['has a count that is something else', { count: 3 }],
  ])('names a store that cannot count, since it %s', async (_, others) => {
    const store = Object.assign(new FaultyStore(new MemoryStore()), others);

    await expect(guard(store).count()).rejects.toMatchObject({
      code: 'SESSIONS_UNSUPPORTED',
      message: expect.stringContaining('FaultyStore cannot count'),
    });
  });
});
