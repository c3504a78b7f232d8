import Memcached from 'memcached';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

describe('MemcachedStore keeps the contract, with connections of its own', () => {
  let server: MemcachedServer;
  beforeAll(async () => {
    server = await MemcachedServer.start();
  });
  afterAll(() => server.stop());

  const contract = sessionStoreContract({
    create: () => new MemcachedStore({ servers: server.address }),
    destroy: (store) => store.close(),
    // The last case.
    breakDown: () => server.stop(),
  });
  for (const { name, run } of contract) it(name, run);
});

describe('MemcachedStore keeps the contract, with a client of the application', () => {
  const clock = new ManualClock();
  let server: MemcachedServer;
  let client: Memcached;
  beforeAll(async () => {
    server = await MemcachedServer.shared();
    client = new Memcached(server.address, { namespace: 'app:' });
  });
  afterAll(async () => {
    client.end();
    await server.stop();
  });

  const contract = sessionStoreContract({
    create: async () => {
      const store = new MemcachedStore({ client });
      await store.start({ clock, logger: new RecordingLogger() });
      return store;
    },
    wait: (milliseconds) => clock.advanceAsync(milliseconds),
    now: () => clock.now(),
  });
  for (const { name, run } of contract) it(name, run);
});
