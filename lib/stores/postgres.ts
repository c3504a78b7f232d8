export { PostgresStore } from './postgres.store.js';
export type { PostgresStoreOptions, PostgresStoreSettings } from './postgres-store.options.js';

// The table
export { CreateSessionTable } from './postgres-store.migration.js';
export { SessionEntity, sessionEntity, type SessionRow } from './postgres-store.entity.js';
export { createTableSql, dropTableSql, type SessionTableName } from './postgres-store.table.js';

// What the store needs of TypeORM and pg
export type {
  PostgresClient,
  PostgresDataSource,
  PostgresPool,
  PostgresQuery,
  PostgresResult,
} from './postgres-store.clients.js';
