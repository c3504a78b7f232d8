import Memcached from 'memcached';
import { SessionStoreError, SessionTooLargeError } from 'nestjs-sessions';
import { type MemcachedClient, MemcachedStore } from 'nestjs-sessions/memcached';
import type { ContractHarness } from '../../lib/testing/contract/harness.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { trialOf } from '../support/stores/trial-of.js';

const DAY = 24 * 3_600_000;
const MEBIBYTE = 1_048_576;

describe('MemcachedStore, what it keeps', () => {
  let server: MemcachedServer;
  let client: Memcached;
  const stores: MemcachedStore[] = [];

  beforeAll(async () => {
    server = await MemcachedServer.start();
    client = new Memcached(server.address);
  });
  afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));
  afterAll(async () => {
    client.end();
    await server.stop();
  });

  function trialOn(store = new MemcachedStore({ servers: server.address })): ContractHarness {
    stores.push(store);
    return trialOf(store);
  }

  async function secondsLeft(id: string): Promise<number> {
    const [answer = ''] = await server.ask(`mg sessions:${id} t`);
    return Number(/t(-?\d+)/.exec(answer)?.[1]);
  }

  it.each([1, 29, 31, 60, 400])('a session of %i days is kept for as long', async (days) => {
    const trial = trialOn();
    const { id } = await trial.given('{}', days * DAY);
    await trial.found(id);
    const seconds = (days * DAY) / 1_000;
    expect(await secondsLeft(id)).toBeGreaterThanOrEqual(seconds);
    expect(await secondsLeft(id)).toBeLessThan(seconds + 4);
  });

  it('a session that outlives what memcached can count to is kept for as long as it can', async () => {
    const trial = trialOn();
    const { id } = await trial.given('{}', 100 * 365 * DAY);
    await trial.found(id);
    expect(await secondsLeft(id)).toBeGreaterThan(365 * 24 * 3_600);
  });

  it('a touch moves the time at which the server drops it', async () => {
    const trial = trialOn();
    const { id, record } = await trial.given('{}', DAY);
    await trial.store.touch({ id, expiresAt: record.expiresAt + 40 * DAY });
    expect(await secondsLeft(id)).toBeGreaterThan((40 * DAY) / 1_000);
  });

  it('a tombstone is dropped by the server soon after its time', async () => {
    const { id } = await trialOn().givenGone(10_000);
    expect(await secondsLeft(id)).toBeLessThan(13);
  });

  it('a session of nearly a mebibyte is stored, or refused before it is sent: never sent and refused', async () => {
    const trial = trialOn();
    let stored = 0;
    let largest = 0;
    for (let size = MEBIBYTE - 4_000; size < MEBIBYTE; size += 100) {
      const creation = trial.given('x'.repeat(size));
      const outcome = await creation.then(
        () => 'stored',
        (error: unknown) => error,
      );
      if (outcome !== 'stored') expect(outcome).toBeInstanceOf(SessionTooLargeError);
      else [stored, largest] = [stored + 1, size];
    }
    expect(stored).toBeGreaterThan(10);
    expect(largest).toBeLessThan(MEBIBYTE - 2_000);
  });

  it('a larger one is refused before it is sent, and the session stays as it was', async () => {
    const trial = trialOn();
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: true } };
    const tombstoneUntil = Date.now() + DAY;
    // Two bytes each: what counts is what is sent.
    const large = { ...record, data: 'ü'.repeat(MEBIBYTE / 2) };
    const before = await server.stats();
    const { store } = trial;
    await expect(store.create({ id: trial.id(), record: large })).rejects.toThrow(SessionTooLargeError);
    await expect(store.update({ id, record: large, guard })).rejects.toThrow(SessionTooLargeError);
    const rotation = { from: id, to: trial.id(), record: large, guard, tombstoneUntil };
    await expect(store.rotate(rotation)).rejects.toThrow(SessionTooLargeError);
    expect((await server.commandsSince(before)).sets).toBe(0);
    expect((await trial.found(id)).record).toEqual(record);
  });

  it('a server that takes less says so at the write, and can lock, shrink and destroy whatever it has taken', async () => {
    const small = await MemcachedServer.start(['-I', '512k']);
    const trial = trialOn(new MemcachedStore({ servers: small.address }));
    const outcomes = new Set<string>();
    for (let size = 512 * 1_024 - 2_500; size < 512 * 1_024; size += 50) {
      const [id, record] = [trial.id(), trial.record('x'.repeat(size))];
      const outcome = await trial.store.create({ id, record }).catch((error: unknown) => error);
      outcomes.add(typeof outcome === 'string' ? 'stored' : (outcome as Error).constructor.name);
      if (typeof outcome !== 'string') continue;
      const { token, version } = await trial.lock(id, DAY, {
        route: 'x'.repeat(99),
        process: 'ü'.repeat(99),
        since: 0,
      });
      const guard = { version, lock: { token, release: false } };
      const large = trial.store.update({ id, record: { ...record, data: 'x'.repeat(600_000) }, guard });
      await expect(large).rejects.toThrow(SessionTooLargeError);
      expect(await trial.store.update({ id, record: { ...record, data: 'small' }, guard })).toEqual(expect.any(String));
      expect(await trial.store.delete({ id, tombstoneUntil: Date.now() + DAY })).toBe(true);
    }
    expect([...outcomes]).toEqual(['stored', 'SessionTooLargeError']);
    await small.stop();
  });

  it.each([
    ['text', '0', 'hello'],
    ['an empty text', '0', ''],
    ['a line with a tab', '0', 'a\tb'],
    ['JSON of another shape', '0', '{"visits":1}\t{}'],
    ['a number', '8', '12'],
    ['JSON that the client parses', '2', '{"a":1}'],
    ['bytes', '4', 'abc'],
    ['JSON that no client can parse', '2', '{"a":'],
  ])('%s of somebody else under a key of ours is no session, and stays', async (_, flag, value) => {
    const logger = new RecordingLogger();
    const store = new MemcachedStore({ servers: server.address });
    await store.start({ logger, clock: { now: () => Date.now(), monotonic: () => 0, setTimer: () => () => {} } });
    const trial = trialOn(store);
    const id = trial.id();
    await server.ask(`set sessions:${id} ${flag} 0 ${value.length}\r\n${value}`);
    await trial.isMissing(id);
    expect(await store.create({ id, record: trial.record() })).toBe(false);
    expect(await store.touch({ id, expiresAt: Date.now() + DAY })).toBe(false);
    expect(await store.delete({ id, tombstoneUntil: Date.now() + DAY })).toBe(false);
    expect(await server.ask(`get sessions:${id}`)).toEqual([
      `VALUE sessions:${id} ${flag} ${value.length}`,
      value,
      'END',
    ]);
    await trial.found((await trial.given()).id);
    // A value that the client cannot parse never reaches the store.
    expect(logger.messages('warn')).toHaveLength(value === '{"a":' ? 0 : 1);
  });

  it('a client that answers for another key than it was asked gives nobody a foreign session', async () => {
    const mine = trialOn();
    const { id } = await mine.given('mine');
    const confused: MemcachedClient = {
      gets: (_, callback) => client.gets(`sessions:${id}`, callback),
      add: client.add.bind(client),
      cas: client.cas.bind(client),
    };
    const store = new MemcachedStore({ client: confused });
    await expect(store.load({ id: mine.id() })).rejects.toThrow(SessionStoreError);
  });

  it('two prefixes on one server do not meet', async () => {
    const mine = trialOn(new MemcachedStore({ servers: server.address, prefix: 'mine/' }));
    const theirs = trialOn(new MemcachedStore({ servers: server.address, prefix: 'theirs/' }));
    const { id } = await mine.given();
    await theirs.isMissing(id);
    await mine.found(id);
  });
});
