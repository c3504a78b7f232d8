import { written } from '../../lib/testing/contract/harness.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { redisPackages } from '../support/stores/redis-clients.js';
import { type RedisTrial, tryRedis } from '../support/stores/redis-trial.js';
import { RedisTrips } from '../support/stores/redis-trips.js';

const LEASE = 30_000;

/** What a browser waits for: how many commands the server is sent. */
describe.each(redisPackages)('RedisStore, trips, with %s', (way) => {
  let tried: RedisTrial;
  let trips: RedisTrips;
  beforeAll(async () => {
    const url = await RedisServer.sharedUrl();
    tried = await tryRedis(url, way);
    trips = await RedisTrips.on(url, tried.prefix);
  });
  afterAll(async () => {
    trips.close();
    await tried.close();
  });

  const tripsOf = (work: () => Promise<unknown>): Promise<number> => trips.during(work);

  it('a first visit takes one', async () => {
    expect(await tripsOf(() => tried.trial.given())).toBe(1);
  });

  it('a request that only reads takes one, and it is no script', async () => {
    const { id } = await tried.trial.given();
    expect(await tripsOf(() => tried.trial.found(id))).toBe(1);
    expect(trips.commands).toContain(`GET ${tried.prefix}${id}`);
  });

  it('an id that nobody has takes one, with a lock or without', async () => {
    const { store, trial } = tried;
    expect(await tripsOf(() => store.load({ id: trial.id() }))).toBe(1);
    expect(await tripsOf(() => trial.tryLock(trial.id(), trial.token()))).toBe(1);
  });

  it('a request that locks and changes takes two', async () => {
    const { store, trial } = tried;
    const { id, record } = await trial.given();
    const request = async (): Promise<void> => {
      const { token, version } = await trial.lock(id, LEASE);
      written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    };
    expect(await tripsOf(request)).toBe(2);
  });

  it('a request that locks and changes nothing takes two', async () => {
    const { id } = await tried.trial.given();
    expect(await tripsOf(() => tried.trial.isFree(id))).toBe(2);
  });

  it('a new id under the lock takes two', async () => {
    const { store, trial } = tried;
    const { id, record } = await trial.given();
    const request = async (): Promise<void> => {
      const { token, version } = await trial.lock(id, LEASE);
      const guard = { version, lock: { token, release: true } };
      written(await store.rotate({ from: id, to: trial.id(), record, guard, tombstoneUntil: Date.now() + LEASE }));
    };
    expect(await tripsOf(request)).toBe(2);
  });

  it('a hundred sessions are looked at in one', async () => {
    const { store, trial } = tried;
    const stored = await Promise.all(Array.from({ length: 100 }, () => trial.given()));
    const looks = stored.map(({ record, version }) => ({ status: 'found', record, version }));
    let answer: unknown;
    const look = async (): Promise<void> => {
      answer = await store.loadMany({ ids: stored.map(({ id }) => id) });
    };
    expect(await tripsOf(look)).toBe(1);
    expect(answer).toEqual(looks);
  });

  it('a logout takes one', async () => {
    const { id } = await tried.trial.given();
    expect(await tripsOf(() => tried.store.delete({ id, tombstoneUntil: Date.now() + LEASE }))).toBe(1);
  });
});
