import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { createTableSql, PostgresStore, type PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { FaultProxy } from './fault-proxy.js';
import { MemcachedServer } from './memcached-server.js';
import { PostgresDatabase } from './postgres-database.js';

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
  const database = await PostgresDatabase.create();
  await database.query(createTableSql());
  const { hostname, port } = new URL(database.url);
  const proxy = await FaultProxy.to(Number(port), hostname);
  const { options, end } = await open(database.urlWith({ port: proxy.port }));
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
  const { hostname, port } = new URL(`memcached://${await MemcachedServer.sharedAddress()}`);
  const proxy = await FaultProxy.to(Number(port), hostname);
  const prefix = `place-${randomBytes(6).toString('hex')}:`;
  const store = new MemcachedStore({ servers: proxy.address, prefix, commandTimeout: timeout });
  const close = async (): Promise<void> => proxy.close();
  return { store, proxy, close };
}
