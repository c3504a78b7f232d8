import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { CacheManagerStore, type SessionCache } from 'nestjs-sessions/cache-manager';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { MemcacheKeyv } from '../support/stores/memcache-keyv.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { seededRandom } from '../support/models/seeded-random.js';
import { SlowBackend } from '../support/stores/slow-backend.js';

describe('CacheManagerStore keeps the contract', () => {
  let server: MemcachedServer;
  const opened: MemcacheKeyv[] = [];
  beforeAll(async () => {
    server = await MemcachedServer.shared();
  });
  afterAll(async () => {
    for (const one of opened) one.close();
    await server.stop();
  });

  const caches: [string, () => SessionCache][] = [
    ['in memory', () => createCache()],
    ['in memory, as text', () => createCache({ stores: [new Keyv()] })],
    ['that takes its time', () => createCache({ stores: [new Keyv({ store: new SlowBackend(seededRandom(1)) })] })],
    [
      'in a server',
      () => {
        const one = new MemcacheKeyv(server);
        opened.push(one);
        return createCache({ stores: [one.keyv] });
      },
    ],
  ];
  describe.each(caches)('over a cache %s', (_, open) => {
    const clock = new ManualClock();
    const contract = sessionStoreContract({
      create: async () => {
        const store = new CacheManagerStore({ cache: open() });
        await store.start({ clock, logger: new RecordingLogger() });
        return store;
      },
      wait: (milliseconds) => clock.advanceAsync(milliseconds),
      now: () => clock.now(),
    });
    for (const { name, run } of contract) it(name, run);
  });
});
