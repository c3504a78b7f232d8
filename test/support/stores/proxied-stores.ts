import pg from 'pg';
import type { SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore, type PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import type { FaultProxy } from '../servers/fault-proxy.js';
import { proxiedDatabase, proxiedMemcached } from '../servers/proxied-servers.js';

/** A store with a fault proxy between it and its server. */
export interface ProxiedStore {
  readonly store: SessionStore;
  readonly proxy: FaultProxy;
  close(): Promise<void>;
}

export interface ProxiedStoreOptions {
  /** At most; memcached has one. */
  readonly connections?: number;
  /** Milliseconds after which the store gives an operation up. */
  readonly timeout?: number;
}

interface PostgresWay {
  readonly options: PostgresStoreOptions;
  end(): Promise<void>;
}

async function onPostgres(timeout: number, open: (url: string) => Promise<PostgresWay>): Promise<ProxiedStore> {
  const { database, proxy, url } = await proxiedDatabase();
  const { options, end } = await open(url);
  const close = async (): Promise<void> => {
    // A pool waits for its connections, also for those that the proxy let nothing through.
    proxy.close();
    await end();
    await database.drop();
  };
  return { store: new PostgresStore({ ...options, operationTimeout: timeout }), proxy, close };
}

export function throughPg({ connections = 10, timeout = 2_500 }: ProxiedStoreOptions = {}): Promise<ProxiedStore> {
  return onPostgres(timeout, (url) => {
    const pool = new pg.Pool({ connectionString: url, max: connections, connectionTimeoutMillis: timeout });
    pool.on('error', () => undefined);
    return Promise.resolve({ options: { pool }, end: () => pool.end() });
  });
}

export function throughTypeorm({ connections = 10, timeout = 2_500 }: ProxiedStoreOptions = {}): Promise<ProxiedStore> {
  return onPostgres(timeout, async (url) => {
    // TypeORM says on the console what breaks; it is meant to.
    const settings = { poolErrorHandler: (): void => undefined, connectTimeoutMS: timeout };
    const dataSource = new DataSource({ type: 'postgres', url, poolSize: connections, ...settings });
    return { options: { dataSource: await dataSource.initialize() }, end: () => dataSource.destroy() };
  });
}

export async function onMemcached({ timeout = 2_000 }: ProxiedStoreOptions = {}): Promise<ProxiedStore> {
  const { proxy, options } = await proxiedMemcached();
  const store = new MemcachedStore({ ...options, commandTimeout: timeout });
  const close = async (): Promise<void> => proxy.close();
  return { store, proxy, close };
}
