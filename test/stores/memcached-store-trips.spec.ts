import { MemcachedStore } from 'nestjs-sessions/memcached';
import { type ContractHarness, written } from '../../lib/testing/contract/harness.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { TurnTrips } from '../support/stores/turn-trips.js';
import { trialOf } from '../support/stores/trial-of.js';

const LEASE = 30_000;

/** What a browser waits for: how often the store says something after the server has answered. */
describe('MemcachedStore, trips', () => {
  let server: MemcachedServer;
  let proxy: FaultProxy;
  let trips: TurnTrips;
  let store: MemcachedStore;
  let trial: ContractHarness;

  beforeAll(async () => {
    server = await MemcachedServer.start();
    proxy = await FaultProxy.to(server.port);
    store = new MemcachedStore({ servers: proxy.address });
    trial = trialOf(store);
    await trial.given();
    trips = new TurnTrips(proxy);
  });
  afterAll(async () => {
    await store.close();
    proxy.close();
    await server.stop();
  });

  const tripsOf = (work: () => Promise<unknown>): Promise<number> => trips.during(work);

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
    const request = async (): Promise<void> => {
      const { token, version } = await trial.lock(id, LEASE);
      const guard = { version, lock: { token, release: true } };
      written(await store.update({ id, record, guard }));
    };
    expect(await tripsOf(request)).toBe(3);
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

  it('a save in the middle of a request takes one, and the next one too', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const lock = { token, release: false };
    const saves = async (): Promise<void> => {
      const second = written(await store.update({ id, record, guard: { version, lock } }));
      written(await store.update({ id, record, guard: { version: second, lock } }));
    };
    expect(await tripsOf(saves)).toBe(2);
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
