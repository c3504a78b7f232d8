import { connect } from 'node:net';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { until } from '../../support/basics/within.js';
import { expectHealing, type Fault, outage, OUTAGE, VISITORS } from '../../support/http/healing.js';
import { FaultProxy } from '../../support/servers/fault-proxy.js';
import { MemcachedServer } from '../../support/servers/memcached-server.js';

/** As `-c`; with few more memcached cannot even start. */
const MOST_CONNECTIONS = 60;

interface Place {
  readonly server: MemcachedServer;
  readonly proxy: FaultProxy;
}

async function restart({ server, proxy }: Place, options: readonly string[] = []): Promise<void> {
  await server.stop();
  const next = await MemcachedServer.start(options);
  proxy.leadTo(next.port);
  started.push(next);
}

async function hasConnectionsToSpare(server: MemcachedServer): Promise<boolean> {
  // One that has none closes the connection that asks.
  const stats = await server.stats().catch((): Record<string, number> => ({}));
  return (stats['curr_connections'] ?? MOST_CONNECTIONS) < MOST_CONNECTIONS / 2;
}

const started: MemcachedServer[] = [];
afterEach(() => Promise.all(started.splice(0).map((server) => server.stop())));

const faults: readonly Fault<Place>[] = [
  { name: 'all connections are reset', inject: async ({ proxy }) => proxy.killAll() },
  {
    name: 'the network swallows everything for a second',
    inject: ({ proxy }) => proxy.swallow(OUTAGE),
    mayFail: VISITORS,
  },
  {
    name: 'a firewall forgets idle connections, and tells nobody',
    inject: async ({ proxy }) => proxy.forgetConnections(),
    says: /a connection to memcached did not answer, and a new one did/,
    mayFail: VISITORS,
  },
  {
    name: 'the server is away for a second, and has forgotten its sessions',
    inject: async (place) => {
      await place.proxy.setMode('refuse');
      place.proxy.killAll();
      await restart(place);
      await outage();
      await place.proxy.setMode('ok');
    },
    forgets: true,
    says: /memcached failed: .*(connection was closed|ECONNREFUSED)/,
  },
  {
    name: 'the server is restarted with smaller items (`-I 1k`)',
    inject: (place) => restart(place, ['-o', 'slab_chunk_max=512', '-I', '1k', '-m', '64']),
    forgets: true,
    mayFail: VISITORS,
  },
  {
    name: 'others have all the connections that the server takes, for a second (`-c`)',
    inject: async ({ server, proxy }) => {
      const others = Array.from({ length: 2 * MOST_CONNECTIONS }, () => connect(server.port, '127.0.0.1'));
      for (const other of others) other.on('error', () => undefined);
      proxy.killAll();
      await outage();
      for (const other of others) other.destroy();
      // A server that gets no processor notices late that they are gone.
      await until('the server has connections to spare', () => hasConnectionsToSpare(server));
    },
    mayFail: VISITORS,
    says: /memcached failed: (it has no connection to spare|the connection was closed)/,
  },
  {
    name: 'the server is emptied (`flush_all`)',
    inject: ({ server }) => server.ask('flush_all'),
    forgets: true,
  },
];

describe('Sessions in memcached heal', () => {
  it.each(faults)('when $name', async (fault) => {
    const server = await MemcachedServer.start(['-c', String(MOST_CONNECTIONS)]);
    started.push(server);
    const proxy = await FaultProxy.to(server.port);
    const store = new MemcachedStore({ servers: proxy.address });
    await expectHealing(store, { ...fault, inject: () => fault.inject({ server, proxy }) });
    proxy.close();
  });

  it('when one of three servers is away for a second', async () => {
    const servers = await Promise.all([MemcachedServer.start(), MemcachedServer.start(), MemcachedServer.start()]);
    started.push(...servers);
    const store = new MemcachedStore({ servers: servers.map(({ address }) => address) });
    await expectHealing(store, {
      name: 'one of three servers is away for a second, and has forgotten its sessions',
      inject: async () => {
        await servers[0].stop();
        await outage();
        await servers[0].start();
      },
      forgets: true,
    });
  });
});
