import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { expectHealing, type Fault, outage } from '../../support/http/healing.js';
import { FaultProxy } from '../../support/servers/fault-proxy.js';
import { RedisServer } from '../../support/servers/redis-server.js';

let server: RedisServer;
let proxy: FaultProxy;
beforeAll(async () => {
  server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' });
  proxy = await FaultProxy.to(server.port);
});
afterAll(async () => {
  proxy.close();
  await server.dispose();
});

/** What an application may have broken for a while. */
const serialiser = { isBroken: false };

function thatMayBreak<T>(work: () => T): T {
  if (serialiser.isBroken) throw new Error('the serialiser has a defect');
  return work();
}

const faults: readonly Fault[] = [
  {
    name: 'the server is away for a second',
    inject: async () => {
      await proxy.setMode('refuse');
      proxy.killAll();
      await outage();
      await proxy.setMode('ok');
    },
    // The client waits before it connects again, and visitors ask some fifty times a second meanwhile.
    mayFail: Infinity,
    says: /The cache failed/,
  },
  {
    name: 'the server is out of memory for a second (`OOM`)',
    inject: async () => {
      await server.ask('CONFIG', 'SET', 'maxmemory', '1');
      await outage();
      await server.ask('CONFIG', 'SET', 'maxmemory', '0');
    },
    says: /out of memory|OOM/,
  },
  {
    name: 'the serialiser of the cache breaks for a second, when it writes',
    inject: async () => {
      serialiser.isBroken = true;
      await outage();
      serialiser.isBroken = false;
    },
    says: /the serialiser has a defect/,
  },
];

describe('Sessions in a cache on Redis heal', () => {
  it.each(faults)('when $name', async (fault) => {
    const backend = new KeyvRedis({ url: `redis://${proxy.address}`, socket: { reconnectStrategy: 50 } });
    const cache = createCache({
      stores: [
        new Keyv({
          store: backend,
          serialize: (data) => thatMayBreak(() => JSON.stringify(data)),
          deserialize: (text) => JSON.parse(text) as never,
        }),
      ],
    });
    await expectHealing(new CacheManagerStore({ cache }), fault);
    await backend.disconnect(true);
  });
});
