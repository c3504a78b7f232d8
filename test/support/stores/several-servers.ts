import { Cluster } from 'ioredis';
import type { PartitionedStore, SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { RedisStore } from 'nestjs-sessions/redis';
import { createCluster } from 'redis';
import { MemcachedServer } from '../servers/memcached-server.js';
import { RedisCluster } from '../servers/redis-cluster.js';

/** A store on three servers, each of which keeps sessions of its own. */
export interface SeveralServers {
  readonly store: SessionStore & Partial<PartitionedStore>;
  readonly servers: readonly OneOfSeveral[];
  close(): Promise<void>;
}

export interface OneOfSeveral {
  /** As the store calls it. */
  readonly part: string;
  /** It refuses connections. */
  stop(): Promise<void>;
  /** It takes connections, and answers nothing. */
  freeze(): Promise<void>;
  /** After it was stopped it is there again, and has forgotten everything. */
  start(): Promise<void>;
}

/** The clients' own deadlines: they come after everything. */
const LATE = 60_000;

async function onMemcached(): Promise<SeveralServers> {
  const servers = await Promise.all([MemcachedServer.start(), MemcachedServer.start(), MemcachedServer.start()]);
  const addresses = servers.map(({ address }) => address);
  return {
    store: new MemcachedStore({ servers: addresses, commandTimeout: LATE }),
    servers: servers.map((server) => ({
      part: server.address,
      stop: () => server.stop(),
      freeze: () => server.freeze(),
      start: () => server.start(),
    })),
    close: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** Nodes without replicas, which serve what they have while another one is down. */
function startNodes(): Promise<RedisCluster> {
  return RedisCluster.start({
    settings: { 'cluster-require-full-coverage': 'no', 'cluster-node-timeout': String(LATE) },
  });
}

async function onRedisByIoredis(): Promise<SeveralServers> {
  const cluster = await startNodes();
  const client = new Cluster(cluster.addresses, {
    slotsRefreshTimeout: LATE,
    redisOptions: { maxRetriesPerRequest: 1 },
  });
  client.on('error', () => undefined);
  return ofNodes(cluster, new RedisStore({ client }), () => client.disconnect());
}

async function onRedisByNodeRedis(): Promise<SeveralServers> {
  const cluster = await startNodes();
  const client = createCluster({
    rootNodes: cluster.addresses.map((socket) => ({ socket })),
    defaults: { disableOfflineQueue: true, socket: { reconnectStrategy: 20 } },
  });
  client.on('error', () => undefined);
  await client.connect();
  return ofNodes(cluster, new RedisStore({ client }), () => client.destroy());
}

function ofNodes(cluster: RedisCluster, store: RedisStore, disconnect: () => void): SeveralServers {
  return {
    store,
    servers: cluster.nodes.map((node) => ({
      part: `127.0.0.1:${node.port}`,
      stop: () => node.stop(),
      freeze: () => node.freeze(),
      start: () => node.startAgain(),
    })),
    close: async () => {
      disconnect();
      await cluster.dispose();
    },
  };
}

export const severalServers = {
  memcached: onMemcached,
  'Redis, by ioredis': onRedisByIoredis,
  'Redis, by node-redis': onRedisByNodeRedis,
};
