import pg from 'pg';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { DataSource } from 'typeorm';
import { PostgresDatabase } from '../support/postgres-database.js';
import { RecordingLogger } from '../support/recording-logger.js';

let database: PostgresDatabase;
beforeAll(async () => {
  database = await PostgresDatabase.create();
});
afterAll(() => database.drop());

async function started(store: PostgresStore): Promise<PostgresStore> {
  await store.start({ clock: new ManualClock(Date.now()), logger: new RecordingLogger() });
  return store;
}

describe('PostgresStore keeps the contract over a pool', () => {
  let pool: pg.Pool;
  let tables = 0;
  beforeAll(() => {
    pool = new pg.Pool({ connectionString: database.url });
  });
  afterAll(() => pool.end());
  const contract = sessionStoreContract({
    create: () => started(new PostgresStore({ pool, createTable: true, table: `over_pool_${(tables += 1)}` })),
    destroy: (store) => store.close(),
  });
  for (const { name, run } of contract) it(name, run);
});

describe('PostgresStore keeps the contract over TypeORM', () => {
  let dataSource: DataSource;
  let tables = 0;
  beforeAll(async () => {
    dataSource = await new DataSource({ type: 'postgres', url: database.url }).initialize();
  });
  afterAll(() => dataSource.destroy());
  const contract = sessionStoreContract({
    create: () => started(new PostgresStore({ dataSource, createTable: true, table: `over_typeorm_${(tables += 1)}` })),
    destroy: (store) => store.close(),
  });
  for (const { name, run } of contract) it(name, run);
});
