import pg from 'pg';
import type { PostgresPool, PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';

/** A way to a database that a store is given, which the application has too. */
export interface PostgresWay {
  readonly options: PostgresStoreOptions;
  /** The pool that the application shares with the store. */
  readonly pool: pg.Pool;
  end(): Promise<unknown>;
}

export const SHARED_WAYS = ['a pool', 'TypeORM'] as const;
export const ALL_WAYS = ['a pool of its own', ...SHARED_WAYS] as const;

export interface WaySettings {
  readonly url: string;
  /** At most; a pool of the store's own has ten. */
  readonly connections?: number;
  /** Milliseconds after which an operation, and the making of a connection, is given up. */
  readonly timeout?: number;
}

/** No connection is closed because it was idle: on a busy machine a test may stand still for longer than a pool allows. */
const IDLE = { idleTimeoutMillis: 0 };

export async function openSharedWay(
  way: (typeof SHARED_WAYS)[number],
  { url, connections = 10, timeout = 2_500 }: WaySettings,
): Promise<PostgresWay> {
  if (way === 'a pool') {
    const pool = new pg.Pool({ connectionString: url, max: connections, connectionTimeoutMillis: timeout, ...IDLE });
    pool.on('error', () => undefined);
    return { options: { pool, operationTimeout: timeout }, pool, end: () => pool.end() };
  }
  // TypeORM says on the console what breaks; it is meant to.
  const quiet = { poolErrorHandler: (): void => undefined };
  const settings = { poolSize: connections, connectTimeoutMS: timeout, extra: IDLE, ...quiet };
  const dataSource = await new DataSource({ type: 'postgres', url, ...settings }).initialize();
  const { master } = dataSource.driver as unknown as { master: pg.Pool & PostgresPool };
  return { options: { dataSource, operationTimeout: timeout }, pool: master, end: () => dataSource.destroy() };
}

export async function openWay(
  way: (typeof ALL_WAYS)[number],
  settings: WaySettings,
): Promise<Pick<PostgresWay, 'options' | 'end'>> {
  if (way !== 'a pool of its own') return openSharedWay(way, settings);
  const options = { connectionString: settings.url, operationTimeout: settings.timeout ?? 2_500 };
  return { options, end: () => Promise.resolve() };
}
