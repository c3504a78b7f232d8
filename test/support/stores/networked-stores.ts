import type { SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import type { FaultProxy } from '../servers/fault-proxy.js';
import { proxiedDatabase, proxiedMemcached, proxiedRedis } from '../servers/proxied-servers.js';
import { redisClients } from './redis-clients.js';
import { OwnClientRedisStore } from './redis-place.js';

/** A real server that is reached through a proxy, and so can be cut off. */
export interface NetworkedPlace {
  readonly proxy: FaultProxy;
  /** What stores have asked, whether they were answered or not. */
  heard(): unknown;
  /** A store that gives up its server after `timeout` milliseconds. The application closes it. */
  open(timeout?: number): SessionStore;
  dispose(): Promise<void>;
}

export interface NetworkedKind {
  readonly name: string;
  prepare(): Promise<NetworkedPlace>;
}

const postgres: NetworkedKind = {
  name: 'PostgreSQL',
  prepare: async () => {
    const { database, proxy, url } = await proxiedDatabase();
    return {
      proxy,
      heard: () => ({ ...proxy.heard }),
      open: (operationTimeout = 2_500) => new PostgresStore({ connectionString: url, operationTimeout }),
      dispose: async () => {
        proxy.close();
        await database.drop();
      },
    };
  },
};

const memcached: NetworkedKind = {
  name: 'memcached',
  prepare: async () => {
    const { proxy, options } = await proxiedMemcached();
    return {
      proxy,
      heard: () => ({ ...proxy.heard }),
      open: (commandTimeout = 2_500) => new MemcachedStore({ ...options, commandTimeout }),
      dispose: async () => proxy.close(),
    };
  },
};

const redis: NetworkedKind = {
  name: 'Redis',
  prepare: async () => {
    const { proxy, url, prefix } = await proxiedRedis();
    let commands = 0;
    return {
      proxy,
      // The client connects by itself, whatever the store does.
      heard: () => commands,
      open: (deadline = 2_500) => {
        const opened = redisClients.ioredis(url, { deadline });
        const { client } = opened;
        const call = client.call.bind(client);
        client.call = (...command) => {
          commands += 1;
          return call(...command);
        };
        return new OwnClientRedisStore(opened, { prefix });
      },
      dispose: async () => proxy.close(),
    };
  },
};

/** The stores that have a server: `describe.each(networkedKinds)('... on $name', (kind) => ...)`. */
export const networkedKinds: readonly NetworkedKind[] = [postgres, memcached, redis];
