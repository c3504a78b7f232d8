import { createCache } from 'cache-manager';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { RecordingLogger } from '../support/recording-logger.js';
import { MemcachedServer } from '../support/memcached-server.js';
import { Keyv } from 'keyv';
import { KeyvMemcache } from '@keyv/memcache';

describe('CacheManagerStore keeps the contract, over a cache in memory', () => {
  const clock = new ManualClock();
  const contract = sessionStoreContract({
    create: async () => {
      const store = new CacheManagerStore({ cache: createCache() });
      await store.start({ clock, logger: new RecordingLogger() });
      return store;
    },
    wait: (milliseconds) => clock.advanceAsync(milliseconds),
    now: () => clock.now(),
  });
  for (const { name, run } of contract) it(name, run);
});

describe('CacheManagerStore keeps the contract, over a cache in a server', () => {
  const clock = new ManualClock();
  let server: MemcachedServer;
  let kvs: any[] = [];
  beforeAll(async () => { server = await MemcachedServer.start(); });
  afterAll(async () => { for (const k of kvs) k.client.close(); await server.stop(); });
  const contract = sessionStoreContract({
    create: async () => {
      const kv = new KeyvMemcache(server.address);
      kvs.push(kv);
      const store = new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: kv })] }) });
      await store.start({ clock, logger: new RecordingLogger() });
      return store;
    },
    wait: (milliseconds) => clock.advanceAsync(milliseconds),
    now: () => clock.now(),
  });
  for (const { name, run } of contract) it(name, run);
});
