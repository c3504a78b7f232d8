import pg from 'pg';
import type { PostgresStore, PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { sessionStoreContract } from 'nestjs-sessions/testing';
import { DataSource } from 'typeorm';
import { PgBouncer } from '../support/servers/pgbouncer.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';

// Made here and not in a hook: the cases wait for real time, so they run beside each other, each on a table of its own.
const database = await PostgresDatabase.create();
const repeatable = await PostgresDatabase.create();
await repeatable.query(
  "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = %L', current_database(), 'repeatable read'); END $$",
);
const pgBouncer = await PgBouncer.start(database.url, 3);
const pools = {
  readCommitted: new pg.Pool({ connectionString: database.url }),
  repeatableRead: new pg.Pool({ connectionString: repeatable.url }),
  throughPgBouncer: new pg.Pool({ connectionString: database.urlWith({ port: pgBouncer.port }) }),
};
const dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();

afterAll(async () => {
  await Promise.all(Object.values(pools).map((pool) => pool.end()));
  await dataSource.destroy();
  await pgBouncer.stop();
  await Promise.all([database.drop(), repeatable.drop()]);
});

let tables = 0;
async function create(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { store } = await tryPostgres({ ...options, createTable: true, table: `sessions_${(tables += 1)}` });
  return store;
}

describe.each<[string, PostgresStoreOptions]>([
  ['over a pool', { pool: pools.readCommitted }],
  ['over TypeORM', { dataSource }],
  ['where transactions are repeatable reads', { pool: pools.repeatableRead }],
  ['behind a pgbouncer that gives out connections by transaction', { pool: pools.throughPgBouncer }],
])('PostgresStore keeps the contract %s', (_, options) => {
  const contract = sessionStoreContract({ create: () => create(options), destroy: (store) => store.close() });
  for (const { name, run } of contract) it.concurrent(name, run);
});
