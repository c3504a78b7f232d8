import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { PostgresServer } from '../support/servers/postgres-server.js';
import { RedisServer } from '../support/servers/redis-server.js';

export type Backend = 'none' | 'directory' | 'postgres' | 'memcached' | 'redis';

/** Where one application keeps its sessions; empty at first. */
export interface Place {
  /** A directory, a URL or an address. */
  readonly address: string;
  /** What its server has been asked so far, as it counts itself; `undefined` where nobody counts. */
  trips(): Promise<number | undefined>;
  dispose(): Promise<void>;
}

/** Opens places; it starts PostgreSQL when the first one needs it, unless the environment names a server. */
export class Places {
  #postgres: Promise<PostgresServer> | undefined;

  async open(backend: Backend): Promise<Place> {
    switch (backend) {
      case 'none':
        return { address: '', trips: async () => undefined, dispose: async () => undefined };
      case 'directory':
        return directory();
      case 'postgres':
        return database(await this.#postgresUrl());
      case 'memcached':
        return memcached();
      case 'redis':
        return redis();
    }
  }

  async dispose(): Promise<void> {
    await (await this.#postgres)?.dispose();
  }

  async #postgresUrl(): Promise<string> {
    const given = process.env['NESTJS_SESSIONS_POSTGRES_URL'];
    if (given !== undefined) return given;
    this.#postgres ??= PostgresServer.start({ shared_preload_libraries: 'pg_stat_statements' });
    return (await this.#postgres).url;
  }
}

async function directory(): Promise<Place> {
  const parent = await mkdtemp(join(tmpdir(), 'nestjs-sessions-bench-'));
  return {
    address: join(parent, 'sessions'),
    trips: async () => undefined,
    dispose: () => rm(parent, { recursive: true, force: true }),
  };
}

const TRIPS =
  "SELECT coalesce(sum(calls), 0)::int AS trips FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%' " +
  'AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())';

async function database(url: string): Promise<Place> {
  const opened = await PostgresDatabase.create(url);
  const isCounting = await opened.query('CREATE EXTENSION pg_stat_statements').then(
    () => true,
    () => false,
  );
  return {
    address: opened.url,
    trips: async () => (isCounting ? (await opened.query<{ trips: number }>(TRIPS))[0]?.trips : undefined),
    dispose: () => opened.drop(),
  };
}

async function memcached(): Promise<Place> {
  const server = await MemcachedServer.shared();
  return {
    address: server.address,
    trips: async () => {
      const { cmd_get = 0, cmd_set = 0, cmd_touch = 0, cmd_meta = 0, delete_hits = 0 } = await server.stats();
      return cmd_get + cmd_set + cmd_touch + cmd_meta + delete_hits;
    },
    dispose: () => server.stop(),
  };
}

/** It counts the commands of scripts like those of clients, so that it cannot say how many trips there were. */
async function redis(): Promise<Place> {
  const server = await RedisServer.start();
  return { address: server.url, trips: async () => undefined, dispose: () => server.dispose() };
}
