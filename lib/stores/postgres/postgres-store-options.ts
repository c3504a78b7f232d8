import pg from 'pg';
import { SessionsConfigError } from '../../errors/index.js';
import type { PostgresDataSource, PostgresPool } from './clients.js';
import { type Connections, DataSourceConnections, isPool, OwnPoolConnections, PoolConnections } from './connections.js';
import { reasonOf } from './failures.js';
import type { StoreLog } from '../shared/store-log.js';
import type { SessionTableName } from './table-sql.js';

export type PostgresStoreOptions = PostgresStoreSettings &
  (
    | {
        /** TypeORM's, of the type `postgres`. Its pool is used, and stays open. */
        dataSource: PostgresDataSource;
        pool?: never;
        connectionString?: never;
      }
    | {
        /** A pool of the application, a `pg.Pool`. It stays open. */
        pool: PostgresPool;
        dataSource?: never;
        connectionString?: never;
      }
    | {
        /** `postgres://user:password@host:5432/database`. The store makes a pool of at most 10 connections, and closes it. */
        connectionString: string;
        dataSource?: never;
        pool?: never;
      }
  );

export interface PostgresStoreSettings {
  /** Where the table is. Default: the `DataSource`'s, else the first of the connection's search path that has the table. */
  schema?: string;
  /** Default `nestjs_sessions`. */
  table?: string;
  /** Makes the table where it is missing, at the start or as soon as the database can be reached. Default `false`. */
  createTable?: boolean;
  /**
   * Milliseconds after which an operation is given up, and its connection closed: one that hangs would be lost to the pool. A
   * little more than the module's `storeTimeout`, which answers the request and notices that the store hangs. Default 2500.
   */
  operationTimeout?: number;
}

const KNOWN = ['dataSource', 'pool', 'connectionString', 'schema', 'table', 'createTable', 'operationTimeout'];
const SOURCES = ['dataSource', 'pool', 'connectionString'] as const;
const SCHEME = /^(postgres(ql)?:\/\/|socket:|\/)/;
const LARGEST_POOL = 10;
const LONGEST_TIMER = 2 ** 31 - 1;

/** @throws SessionsConfigError naming what is wrong. */
export function checkPostgresOptions(options: PostgresStoreOptions): void {
  const unknown = Object.keys(options).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw new SessionsConfigError(`PostgresStore has no option "${unknown}"; it has ${KNOWN.join(', ')}.`);
  }
  const given = SOURCES.filter((source) => options[source] !== undefined);
  if (given.length !== 1) {
    const what = given.length === 0 ? 'none of them is there' : `it has ${given.join(' and ')}`;
    throw new SessionsConfigError(`PostgresStore needs one of dataSource, pool and connectionString; ${what}.`);
  }
  const { createTable = false, operationTimeout = 1 } = options;
  if (typeof createTable !== 'boolean') {
    throw new SessionsConfigError('PostgresStore: createTable must be true or false.');
  }
  if (!(operationTimeout > 0 && operationTimeout <= LONGEST_TIMER)) {
    throw new SessionsConfigError('PostgresStore: operationTimeout must be a positive number of milliseconds.');
  }
}

/** @throws SessionsConfigError when there is no way to PostgreSQL. */
export function connectionsOf(options: PostgresStoreOptions, timeout: number, log: StoreLog): Connections {
  const onIdleError = (error: Error): void =>
    log.warn(
      'idle',
      `an idle connection to PostgreSQL broke (${reasonOf(error)}); the pool makes another when it needs it.`,
    );
  if (options.dataSource !== undefined) {
    return new DataSourceConnections(postgresOnly(options.dataSource));
  }
  if (options.pool !== undefined) {
    return new PoolConnections(poolOnly(options.pool), onIdleError);
  }
  return new OwnPoolConnections(ownPool(options.connectionString, timeout), onIdleError);
}

export function tableNameOf({ schema, table, dataSource }: PostgresStoreOptions): SessionTableName {
  // TypeORM makes the entity's table in the schema of the data source, which need not be on the search path.
  const where = schema ?? dataSource?.options.schema;
  return { ...(where !== undefined && { schema: where }), ...(table !== undefined && { table }) };
}

function postgresOnly(dataSource: PostgresDataSource): PostgresDataSource {
  if (typeof dataSource.driver !== 'object') {
    throw new SessionsConfigError('PostgresStore: dataSource must be a DataSource of TypeORM.');
  }
  const { type } = dataSource.options;
  if (type === 'postgres') {
    return dataSource;
  }
  throw new SessionsConfigError(
    `PostgresStore: the dataSource is of type '${type}', and must be of type 'postgres'. ` +
      'Give the store another one, or a connectionString.',
  );
}

function poolOnly(pool: PostgresPool): PostgresPool {
  if (isPool(pool)) {
    return pool;
  }
  throw new SessionsConfigError('PostgresStore: pool must be a Pool of the package pg.');
}

function ownPool(connectionString: string, timeout: number): pg.Pool {
  const options = {
    connectionString,
    max: LARGEST_POOL,
    connectionTimeoutMillis: timeout,
    keepAlive: true,
    // Idle connections do not keep a script from ending.
    allowExitOnIdle: true,
    fallback_application_name: 'nestjs-sessions',
  };
  if (!isConnectionString(options)) {
    // Without the string and without a cause, which would show a password.
    throw new SessionsConfigError(
      "PostgresStore: connectionString must be like 'postgres://user:password@host:5432/database', with a password that is " +
        'encoded as encodeURIComponent() does it.',
    );
  }
  return new pg.Pool(options);
}

function isConnectionString(options: { connectionString: string }): boolean {
  // The package takes what has no scheme for the name of a database on this machine.
  if (!SCHEME.test(options.connectionString)) {
    return false;
  }
  try {
    // Reads the string, and connects to nothing.
    new pg.Client(options);
    return true;
  } catch {
    return false;
  }
}
