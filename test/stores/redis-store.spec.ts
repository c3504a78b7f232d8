import { randomBytes } from 'node:crypto';
import { RedisStore } from 'nestjs-sessions/redis';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { type OpenedRedis, redisClients, redisPackages } from '../support/stores/redis-clients.js';

describe.each(redisPackages)('RedisStore keeps the contract, with %s', (way) => {
  let server: RedisServer;
  let opened: OpenedRedis;
  beforeAll(async () => {
    server = await RedisServer.start();
    opened = redisClients[way](server.url, { deadline: 5_000, isImpatient: true });
    await opened.connect();
  });
  afterAll(async () => {
    opened.close();
    await server.dispose();
  });

  const contract = sessionStoreContract({
    create: async () => {
      const store = new RedisStore({ client: opened.client, prefix: `${randomBytes(6).toString('hex')}:` });
      await store.start({ clock: new ManualClock(Date.now()), logger: new RecordingLogger() });
      return store;
    },
    destroy: (store) => store.close(),
    // The last case.
    breakDown: () => server.stop(),
  });
  for (const { name, run } of contract) it(name, run);
});
