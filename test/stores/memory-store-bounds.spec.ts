import { SessionsConfigError } from '../../lib/errors/index.js';
import { MemoryStore, type MemoryStoreOptions } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

const HOUR = 3_600_000;
const holder = { route: 'GET /', process: 'host:1', since: 0 };

let clock: ManualClock;
let logger: RecordingLogger;

beforeEach(() => {
  clock = new ManualClock();
  logger = new RecordingLogger();
});

async function storeOf(options?: MemoryStoreOptions): Promise<MemoryStore> {
  const store = new MemoryStore(options);
  await store.start({ clock, logger });
  return store;
}

async function put(store: MemoryStore, ...ids: readonly string[]): Promise<void> {
  const now = clock.now();
  for (const id of ids) await store.create({ id, record: { data: id, createdAt: now, expiresAt: now + HOUR } });
}

async function present(store: MemoryStore, ...ids: readonly string[]): Promise<string> {
  let found = '';
  for (const id of ids) if ((await store.load({ id })).status !== 'missing') found += id;
  return found;
}

describe('MemoryStore, maxSessions', () => {
  it('lets the session that was used longest ago make room', async () => {
    const store = await storeOf({ maxSessions: 3 });
    await put(store, 'a', 'b', 'c');
    await store.load({ id: 'a' });
    await put(store, 'd');
    expect(await present(store, 'a', 'b', 'c', 'd')).toBe('acd');
  });

  it('lets the one that was used longest ago make room, also when another has been used since', async () => {
    const store = await storeOf({ maxSessions: 3 });
    await put(store, 'a', 'b', 'c');
    await store.load({ id: 'b' });
    await put(store, 'd', 'e');
    expect(await present(store, 'a', 'b', 'c', 'd', 'e')).toBe('bde');
  });

  it('counts an id that comes back after its session has expired once', async () => {
    const store = await storeOf({ maxSessions: 2 });
    await put(store, 'a');
    clock.advance(HOUR);
    await put(store, 'a', 'b');
    await store.load({ id: 'a' });
    await put(store, 'c');
    expect(await present(store, 'a', 'b', 'c')).toBe('ac');
  });

  it.each<[string, (store: MemoryStore) => Promise<unknown>]>([
    ['touch', (store) => store.touch({ id: 'a', expiresAt: clock.now() + 2 * HOUR })],
    ['a lock that is let go', (store) => lockAndUnlock(store, 'a')],
  ])('counts %s as use', async (_, use) => {
    const store = await storeOf({ maxSessions: 2 });
    await put(store, 'a', 'b');
    await use(store);
    await put(store, 'c');
    expect(await present(store, 'a', 'b', 'c')).toBe('ac');
  });

  it('never drops a session that is locked, and makes up for it later', async () => {
    const store = await storeOf({ maxSessions: 2 });
    await put(store, 'a', 'b');
    for (const id of ['a', 'b']) await store.tryLock({ id, token: 't', lease: HOUR, holder });
    await put(store, 'c', 'd');
    expect(await present(store, 'a', 'b')).toBe('ab');
    expect(await store.count()).toBe(3);
    for (const id of ['a', 'b']) await store.unlock({ id, token: 't' });
    await put(store, 'e');
    expect(await store.count()).toBe(2);
  });

  it('keeps what is left consistent when sessions come and go', async () => {
    const store = await storeOf({ maxSessions: 50 });
    const ids = Array.from({ length: 400 }, (_, n) => `id ${n}`);
    for (const [n, id] of ids.entries()) {
      await put(store, id);
      if (n % 3 === 0) await store.delete({ id: ids[n - 1] ?? id, tombstoneUntil: clock.now() + 1_000 });
      if (n % 5 === 0) await store.load({ id: ids[n - 20] ?? id });
      clock.advance(10);
      if (n % 50 === 0) for await (const batch of store.sweep({ batchSize: 7 })) expect(batch.removed).toBeLessThan(8);
    }
    expect(await store.count()).toBeLessThanOrEqual(50);
    expect(await present(store, ...ids.slice(-10))).toContain(ids.at(-1));
  });

  it('warns once a spell', async () => {
    const store = await storeOf({ maxSessions: 10 });
    const ids = Array.from({ length: 15 }, (_, n) => `first ${n}`);
    await put(store, ...ids);
    expect(logger.messages('warn')).toEqual([expect.stringContaining('maxSessions: 10')]);
    clock.advance(HOUR);
    await store.sweep({ batchSize: 100 }).next();
    await put(store, ...ids.map((id) => `second ${id}`));
    expect(logger.messages('warn')).toHaveLength(2);
  });

  it('does not warn anew when one session has left and others take its place', async () => {
    const store = await storeOf({ maxSessions: 10 });
    await put(store, 'a');
    clock.advance(HOUR / 2);
    await put(store, ...Array.from({ length: 9 }, (_, n) => `id ${n}`));
    await store.load({ id: 'a' });
    await put(store, 'one too many');
    clock.advance(HOUR / 2);
    await store.sweep({ batchSize: 100 }).next();
    await put(store, 'in its place', 'one too many again');
    expect(logger.messages('warn')).toHaveLength(1);
  });

  it('says nothing when only expired ones make room', async () => {
    const store = await storeOf({ maxSessions: 2 });
    await put(store, 'a', 'b');
    clock.advance(HOUR);
    await put(store, 'c', 'd');
    expect(logger.lines).toEqual([]);
  });

  it.each([0, -1, 1.5, NaN, Infinity, '10'])('refuses %p', (maxSessions) => {
    const make = (): MemoryStore => new MemoryStore({ maxSessions } as MemoryStoreOptions);
    expect(make).toThrow(SessionsConfigError);
    expect(make).toThrow('maxSessions must be a whole number, at least 1');
  });
});

describe('MemoryStore at work', () => {
  it('works before it is started, on the machine’s clock', async () => {
    const store = new MemoryStore();
    const now = Date.now();
    await store.create({ id: 'a', record: { data: '{}', createdAt: now, expiresAt: now + HOUR } });
    await store.create({ id: 'b', record: { data: '{}', createdAt: now, expiresAt: now - 1 } });
    expect((await store.load({ id: 'a' })).status).toBe('found');
    expect((await store.load({ id: 'b' })).status).toBe('missing');
  });

  it('locks before it is started, on the machine’s clock', async () => {
    const store = new MemoryStore();
    const now = Date.now();
    await store.create({ id: 'a', record: { data: '{}', createdAt: now, expiresAt: now + HOUR } });
    await store.tryLock({ id: 'a', token: 'mine', lease: HOUR, holder });
    expect((await store.tryLock({ id: 'a', token: 'yours', lease: HOUR, holder })).status).toBe('held');
  });

  it('drops the session used longest ago also before it is started, when there is nobody to warn', async () => {
    const store = new MemoryStore({ maxSessions: 1 });
    const now = Date.now();
    for (const id of ['a', 'b']) {
      await store.create({ id, record: { data: '{}', createdAt: now, expiresAt: now + HOUR } });
    }
    expect(await present(store, 'a', 'b')).toBe('b');
  });

  it('never gives a version of a session again, whatever is written to others in between', async () => {
    const store = await storeOf();
    const record = { data: '{}', createdAt: clock.now(), expiresAt: clock.now() + HOUR };
    const versions = [await store.create({ id: 'a', record })];
    for (let n = 0; n < 4; n += 1) {
      const version = versions.at(-1);
      if (version === undefined || version === false) throw new Error('The session was not written');
      await put(store, `another ${n}`);
      versions.push(await store.update({ id: 'a', record, guard: { version } }));
    }
    expect(new Set(versions).size).toBe(5);
  });

  it('neither finds nor counts a session at the moment when it expires, and sweeps it', async () => {
    const store = await storeOf();
    await put(store, 'a');
    clock.advance(HOUR);
    expect((await store.load({ id: 'a' })).status).toBe('missing');
    expect(await store.count()).toBe(0);
    expect(await store.sweep({ batchSize: 10 }).next()).toMatchObject({ value: { removed: 1 } });
  });

  it('measures leases on a clock that does not jump', async () => {
    const store = await storeOf();
    await put(store, 'a');
    await store.tryLock({ id: 'a', token: 'mine', lease: 1_000, holder });
    clock.set(clock.now() + 60_000);
    expect((await store.tryLock({ id: 'a', token: 'yours', lease: 1_000, holder })).status).toBe('held');
    clock.advance(1_000);
    expect((await store.tryLock({ id: 'a', token: 'yours', lease: 1_000, holder })).status).toBe('acquired');
  });

  it('sets no timers', async () => {
    const store = await storeOf();
    await put(store, 'a', 'b');
    await lockAndUnlock(store, 'a');
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets everything else run while it sweeps', async () => {
    const store = await storeOf();
    const now = clock.now();
    for (let n = 0; n < 30_000; n += 1) {
      await store.create({
        id: `id ${n}`,
        record: { data: '{}', createdAt: now, expiresAt: now + (n % 2 ? 1 : HOUR) },
      });
    }
    clock.advance(1);
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    let removed = 0;
    for await (const batch of store.sweep({ batchSize: 1_000 })) {
      expect(batch.removed).toBeLessThanOrEqual(1_000);
      removed += batch.removed;
    }
    isOver = true;
    expect(removed).toBe(15_000);
    expect(turns).toBeGreaterThanOrEqual(60);
  });
});

async function lockAndUnlock(store: MemoryStore, id: string): Promise<void> {
  await store.tryLock({ id, token: 't', lease: HOUR, holder });
  await store.unlock({ id, token: 't' });
}
