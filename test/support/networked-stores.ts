import type { SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { createTableSql, PostgresStore } from 'nestjs-sessions/postgres';
import { FaultProxy } from './fault-proxy.js';
import { MemcachedServer } from './memcached-server.js';
import { PostgresDatabase } from './postgres-database.js';

/** A real server that is reached through a proxy, and so can be cut off. */
export interface NetworkedPlace {
  readonly proxy: FaultProxy;
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
    const database = await PostgresDatabase.create();
    await database.query(createTableSql());
    const { hostname, port } = new URL(database.url);
    const proxy = await FaultProxy.to(Number(port), hostname);
    const connectionString = database.urlWith({ port: proxy.port });
    return {
      proxy,
      open: (operationTimeout = 2_500) => new PostgresStore({ connectionString, operationTimeout }),
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
    const server = await MemcachedServer.shared();
    const proxy = await FaultProxy.to(server.port, server.host);
    return {
      proxy,
      open: (commandTimeout = 2_500) => new MemcachedStore({ servers: proxy.address, commandTimeout }),
      dispose: async () => {
        proxy.close();
        await server.stop();
      },
    };
  },
};

/** The stores that have a server: `describe.each(networkedKinds)('... on $name', (kind) => ...)`. */
export const networkedKinds: readonly NetworkedKind[] = [postgres, memcached];
