/**
 * Sessions in PostgreSQL.
 *
 * @module nestjs-sessions/postgres
 */

export { PostgresStore } from './postgres.store.js';
export type { PostgresStoreOptions, PostgresStoreSettings } from './postgres-store-options.js';

// The table
export { CreateSessionTable, type SqlRunner } from './table/create-session-table.js';
export type { TypeOrmNames } from './table/typeorm-table.js';
export { SessionEntity, sessionEntity, type SessionRow } from './table/session-entity.js';
export { createTableSql, dropTableSql, type SessionTableName } from './table/table-sql.js';

// What the store needs of TypeORM and pg
export type {
  OnPostgresConnection,
  OnPostgresResult,
  PostgresClient,
  PostgresDataSource,
  PostgresEntity,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
} from './connection/clients.js';
