import { MemcachedStore } from 'nestjs-sessions/memcached';
import { Trial } from '../../lib/testing/contract-trial.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { MemcachedServer } from '../support/memcached-server.js';

/** Milliseconds, long enough that what the store does in between hardly counts. */
const LATENCY = 60;
const LEASE = 30_000;

/** What a browser waits for, counted in times that a message goes to the server and back. */
describe('MemcachedStore, trips', () => {
  let server: MemcachedServer;
  let proxy: FaultProxy;
  let store: MemcachedStore;
  let trial: Trial;

  beforeAll(async () => {
    server = await MemcachedServer.start();
    proxy = await FaultProxy.to(server.port);
    store = new MemcachedStore({ servers: proxy.address });
    trial = new Trial(
      store,
      () => Date.now(),
      () => Promise.resolve(),
      () => Promise.resolve(),
    );
    await trial.given();
    proxy.latency = LATENCY;
  });
  afterAll(async () => {
    await store.close();
    proxy.close();
    await server.stop();
  });

  async function tripsOf(work: () => Promise<unknown>): Promise<number> {
    const started = performance.now();
    await work();
    return Math.floor((performance.now() - started) / (2 * LATENCY));
  }

  it('a first visit takes one', async () => {
    expect(await tripsOf(() => trial.given())).toBe(1);
  });

  it('a request that only reads takes one', async () => {
    const { id } = await trial.given();
    expect(await tripsOf(() => trial.found(id))).toBe(1);
  });

  it('an id that nobody has takes one, with a lock or without', async () => {
    expect(await tripsOf(() => store.load({ id: trial.id() }))).toBe(1);
    expect(await tripsOf(() => trial.tryLock(trial.id(), trial.token()))).toBe(1);
  });

  it('a request that locks and changes takes three', async () => {
    const { id, record } = await trial.given();
    const trips = await tripsOf(async () => {
      const { token, version } = await trial.lock(id, LEASE);
      const guard = { version, lock: { token, release: true } };
      expect(await store.update({ id, record, guard })).not.toBe(false);
    });
    expect(trips).toBe(3);
  });

  it('a request that locks and changes nothing takes three', async () => {
    const { id } = await trial.given();
    expect(await tripsOf(() => trial.isFree(id))).toBe(3);
  });

  it('a save takes one after the lease was renewed, too', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    await store.renewLock({ id, token, lease: LEASE });
    const guard = { version, lock: { token, release: true } };
    expect(await tripsOf(() => store.update({ id, record, guard }))).toBe(1);
  });

  it('a new id under the lock takes three', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: true } };
    const rotation = { from: id, to: trial.id(), record, guard, tombstoneUntil: Date.now() + LEASE };
    expect(await tripsOf(() => store.rotate(rotation))).toBe(3);
  });

  it('a locked change is two reads and two writes for the server', async () => {
    const { id, record } = await trial.given();
    const before = await server.stats();
    const { token, version } = await trial.lock(id, LEASE);
    await store.update({ id, record, guard: { version, lock: { token, release: true } } });
    expect(await server.commandsSince(before)).toEqual({ gets: 2, sets: 2 });
  });
});
