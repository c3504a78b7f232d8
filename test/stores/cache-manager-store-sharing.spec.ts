import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { CacheManagerStore, type CacheManagerStoreOptions } from 'nestjs-sessions/cache-manager';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../lib/session/clock.js';
import { type ContractHarness, written } from '../../lib/testing/contract/harness.js';
import { CountingBackend } from '../support/stores/counting-backend.js';
import { MemcacheKeyv } from '../support/stores/memcache-keyv.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { trialOf } from '../support/stores/trial-of.js';

/** The cache is the application's, and may be other processes' as well. */
describe('CacheManagerStore, on a cache that it shares', () => {
  it('two stores on one cache have the same locks', async () => {
    const cache = createCache();
    const { id } = await trialOn({ cache }).givenLocked();
    await trialOn({ cache }).isLocked(id);
  });

  it('two prefixes on one cache do not meet', async () => {
    const cache = createCache();
    const { id } = await trialOn({ cache, prefix: 'mine:' }).givenLocked();
    await trialOn({ cache, prefix: 'theirs:' }).isMissing(id);
  });

  it('a cache in memory holds text, so that nobody has a reference to a session', async () => {
    const cache = createCache();
    const { id } = await trialOn({ cache }).given('{"visits":1}');
    expect(await cache.get(`sessions:${id}`)).toEqual(expect.any(String));
  });

  it('what somebody else put under a key of ours is no session', async () => {
    const cache = createCache();
    const trial = trialOn({ cache });
    for (const value of ['text', 17, { data: '{}' }, '{"data":"{}"}', 'null']) {
      const id = trial.id();
      await cache.set(`sessions:${id}`, value);
      await trial.isMissing(id);
    }
  });

  it('the cache forgets a session soon after it has expired, whatever its own time is', async () => {
    const cache = createCache({ ttl: 1 });
    const { id } = await trialOn({ cache }).given('{}', 60_000);
    const expires = (await cache.ttl(`sessions:${id}`)) ?? 0;
    expect(expires - Date.now()).toBeGreaterThan(59_000);
    expect(expires - Date.now()).toBeLessThan(63_000);
  });

  it('a backend that counts in whole seconds does not drop a session early', async () => {
    const server = await MemcachedServer.shared();
    const backend = new MemcacheKeyv(server);
    const trial = trialOn({ cache: createCache({ stores: [backend.keyv] }) });
    let isInTime = false;
    let status = '';
    // On a machine that stood still meanwhile the session may be over.
    while (!isInTime) {
      const { id, record } = await trial.given('{}', 1_500);
      await sleep(1_200);
      ({ status } = await trial.store.load({ id }));
      isInTime = Date.now() < record.expiresAt;
    }
    expect(status).toBe('found');
    backend.close();
    await server.stop();
  });
});

describe('CacheManagerStore, beside another process', () => {
  const backend = new CountingBackend();
  const open = (): CacheManagerStore =>
    new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) });
  const elsewhere = open();
  const here = open();
  const trial = trialOf(here);
  let monotonic = 0;
  beforeAll(() => here.start({ clock: { ...systemClock, monotonic: () => monotonic }, logger: new RecordingLogger() }));

  it('a request that takes long does not revive a session that was destroyed there', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    await elsewhere.delete({ id, tombstoneUntil: Date.now() + 30_000 });
    monotonic += 1_000;
    expect(await here.update({ id, record, guard: { version, lock: { token, release: true } } })).toBe(false);
    await trial.isGone(id, 'destroyed');
  });

  it('a holder can write over what was written there, once it has seen it', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const theirs = written(await elsewhere.update({ id, record: { ...record, data: 'theirs' }, guard: { version } }));
    const guard = { version: theirs, lock: { token, release: true } };
    written(await here.update({ id, record: { ...record, data: 'mine' }, guard }));
    expect((await trial.found(id)).record.data).toBe('mine');
  });
});

function trialOn(options: CacheManagerStoreOptions): ContractHarness {
  return trialOf(new CacheManagerStore(options));
}
