import pg from 'pg';
import { SessionsConfigError } from '../../errors/index.js';
import { flag, timerDuration } from '../../options/validate.js';
import type { StoreLog } from '../shared/store-log.js';
import { checkOptions, text } from '../shared/store-options.js';
import type { PostgresDataSource, PostgresPool } from './connection/clients.js';
import {
  type ConnectionEvents,
  type Connections,
  dataSourceConnections,
  isPool,
  OwnPoolConnections,
  PoolConnections,
} from './connection/connections.js';
import { reasonOf } from './connection/failures.js';
import { checkName, DEFAULT_TABLE, type SessionTableName } from './table/table-sql.js';
import { tableIn } from './table/typeorm-table.js';

/** What a `PostgresStore` is made with: a `DataSource`, a pool, or a connection string. A wrong one is a `SessionsConfigError`. */
export type PostgresStoreOptions = PostgresStoreSettings &
  (
    | {
        /** A `DataSource` of TypeORM, of the type `postgres`. The store uses its pool, which stays open. */
        dataSource: PostgresDataSource;
        pool?: never;
        connectionString?: never;
      }
    | {
        /** A `pg.Pool` of the application. It stays open. */
        pool: PostgresPool;
        dataSource?: never;
        connectionString?: never;
      }
    | {
        /** `postgres://user:password@host:5432/database`. The store opens a pool of at most 10 connections, and closes it. */
        connectionString: string;
        dataSource?: never;
        pool?: never;
      }
  );

/** Where the table is, and how the store uses the database. */
export interface PostgresStoreSettings {
  /** Where the table is. Default: the `DataSource`'s, else the first of the connection's search path that has the table. */
  schema?: string;
  /** Default `nestjs_sessions`. */
  table?: string;
  /** Creates the table if it is missing, at the start or as soon as the database can be reached. Default `false`. */
  createTable?: boolean;
  /**
   * Milliseconds after which an operation is given up, and its connection closed: otherwise the pool would lose one that hangs.
   * It should be a little more than the module's `storeTimeout`, which answers the request and notices that the store hangs.
   * Default 2500.
   */
  operationTimeout?: number;
}

const EXAMPLES = {
  connectionString: "'postgres://user:password@host:5432/database'",
  pool: 'new pg.Pool()',
  dataSource: "new DataSource({ type: 'postgres' })",
  schema: "'public'",
  table: `'${DEFAULT_TABLE}'`,
  createTable: 'false',
  operationTimeout: '2_500',
};
const SOURCES = ['dataSource', 'pool', 'connectionString'] as const;
const SCHEME = /^(postgres(ql)?:\/\/|socket:|\/)/;
const LARGEST_POOL = 10;

/** The options that have a default. @throws SessionsConfigError that says what to write. */
export function settingsOf(
  options: PostgresStoreOptions,
): Required<Pick<PostgresStoreSettings, 'createTable' | 'operationTimeout'>> {
  checkOptions('PostgresStore', options, EXAMPLES);
  const given = SOURCES.filter((source) => options[source] !== undefined);
  if (given.length !== 1) {
    const what = given.length === 0 ? 'none of them is there' : `it has ${given.join(' and ')}`;
    throw new SessionsConfigError(`PostgresStore needs one of dataSource, pool and connectionString; ${what}.`);
  }
  text('PostgresStore: schema', options.schema, '');
  text('PostgresStore: table', options.table, DEFAULT_TABLE);
  checkName(options);
  return {
    createTable: flag('PostgresStore: createTable', options.createTable, false),
    operationTimeout: timerDuration('PostgresStore: operationTimeout', options.operationTimeout, 2_500),
  };
}

/** @throws SessionsConfigError when there is no way to PostgreSQL. */
export function connectionsOf(options: PostgresStoreOptions, timeout: number, log: StoreLog): Connections {
  const events = loggedIn(log);
  if (options.dataSource !== undefined) {
    return dataSourceConnections(postgresOnly(options.dataSource), events);
  }
  if (options.pool !== undefined) {
    return new PoolConnections(poolOnly(options.pool), events);
  }
  return new OwnPoolConnections(() => ownPool(options.connectionString, timeout), events);
}

function loggedIn(log: StoreLog): ConnectionEvents {
  return {
    onIdleError: (error) =>
      log.warn(
        'idle',
        `an idle connection to PostgreSQL broke (${reasonOf(error)}); the pool opens another when it needs one.`,
      ),
    onTransactionLeft: () =>
      log.warn(
        'transaction left',
        'the application gave a connection back to the pool in the middle of a transaction. It was closed, and what the ' +
          'transaction had not committed is undone: end every transaction (COMMIT or ROLLBACK) before release().',
      ),
  };
}

/** Looked up each time: a data source knows its entities when it is initialised. */
export function tableNameOf({ schema, table, dataSource }: PostgresStoreOptions): SessionTableName {
  const asked = { ...(schema !== undefined && { schema }), ...(table !== undefined && { table }) };
  return dataSource === undefined ? asked : tableIn(dataSource, asked);
}

function postgresOnly(dataSource: PostgresDataSource): PostgresDataSource {
  if (!isDataSource(dataSource)) {
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

function isDataSource(value: unknown): value is PostgresDataSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['driver', 'options'].every((name) => typeof Reflect.get(value, name) === 'object')
  );
}

function poolOnly(pool: PostgresPool): PostgresPool {
  if (isPool(pool)) {
    return pool;
  }
  throw new SessionsConfigError('PostgresStore: pool must be a Pool of the package pg.');
}

function ownPool(connectionString: unknown, timeout: number): pg.Pool {
  if (!isConnectionString(connectionString)) {
    // The message has neither the string nor a cause: both would show a password.
    throw new SessionsConfigError(
      `PostgresStore: connectionString must be like ${EXAMPLES.connectionString}, with a password that is encoded as ` +
        'encodeURIComponent() does it.',
    );
  }
  return new pg.Pool({
    connectionString,
    max: LARGEST_POOL,
    connectionTimeoutMillis: timeout,
    keepAlive: true,
    // A script can end while there are idle connections.
    allowExitOnIdle: true,
    fallback_application_name: 'nestjs-sessions',
  });
}

function isConnectionString(connectionString: unknown): connectionString is string {
  // The package takes a string without a scheme for the name of a database on this machine.
  if (typeof connectionString !== 'string' || !SCHEME.test(connectionString)) {
    return false;
  }
  try {
    // Parses the string, and does not connect.
    new pg.Client({ connectionString });
    return true;
  } catch {
    return false;
  }
}
