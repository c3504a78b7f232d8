import { readFileSync } from 'node:fs';
import pg from 'pg';
import { SessionStoreError } from 'nestjs-sessions';
import {
  CreateSessionTable,
  createTableSql,
  dropTableSql,
  SessionEntity,
  sessionEntity,
} from 'nestjs-sessions/postgres';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { refusalOf, tryPostgres, tryPostgresUnstarted } from '../support/stores/postgres-trial.js';

let database: PostgresDatabase;
beforeEach(async () => {
  database = await PostgresDatabase.create();
});
afterEach(() => database.drop());

/** What stands in a message from the first statement on. */
function sqlIn(message: string): string {
  return message.slice(message.indexOf('CREATE '));
}

type TypeOrmOptions = Partial<Extract<DataSourceOptions, { type: 'postgres' }>>;

async function withTypeOrm(options: TypeOrmOptions, work: (source: DataSource) => Promise<void>): Promise<void> {
  const source = await new DataSource({ ...options, type: 'postgres', url: database.url }).initialize();
  try {
    await work(source);
  } finally {
    await source.destroy();
  }
}

describe('The table of PostgresStore', () => {
  it('is made where that is asked for, by many instances at once', async () => {
    const stores = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const pool = new pg.Pool({ connectionString: database.url, max: 2 });
        return { pool, ...(await tryPostgres({ pool, createTable: true })) };
      }),
    );
    for (const { trial, logger } of stores) {
      await trial.given();
      expect(logger.lines).toEqual([]);
    }
    expect(await stores[0]?.store.count()).toBe(8);
    await Promise.all(stores.map(({ pool }) => pool.end()));
  });

  it('when it is missing, ends the start with the SQL that makes it, which works', async () => {
    const message = await refusalOf({ pool: database.admin });
    expect(message).toContain('There is no table "nestjs_sessions"');
    await database.query(sqlIn(message));
    const { trial } = await tryPostgres({ pool: database.admin });
    await trial.given();
  });

  it('when it goes missing, fails with the SQL and logs it once a minute', async () => {
    await database.query(createTableSql());
    const { store, trial, logger, clock } = await tryPostgres({ pool: database.admin });
    await database.query(dropTableSql());
    for (let n = 0; n < 3; n += 1) await expect(store.load({ id: trial.id() })).rejects.toThrow(SessionStoreError);
    expect(logger.messages('error')).toEqual([
      expect.stringContaining('CREATE TABLE IF NOT EXISTS "public"."nestjs_sessions"'),
    ]);
    clock.advance(60_000);
    await expect(store.load({ id: trial.id() })).rejects.toThrow(SessionStoreError);
    expect(logger.messages('error')).toHaveLength(2);
    await database.query(createTableSql());
    await trial.given();
  });

  it('when the schema is missing, ends the start with the SQL that makes it', async () => {
    const message = await refusalOf({ pool: database.admin, schema: 'web', createTable: true });
    expect(message).toContain('CREATE SCHEMA IF NOT EXISTS "web"');
  });

  it('when it has other columns, ends the start and says so', async () => {
    await database.query('CREATE TABLE nestjs_sessions (sid varchar PRIMARY KEY, sess json, expire timestamp)');
    expect(await refusalOf({ pool: database.admin })).toContain('other columns');
  });

  it('has the name and the schema that it is given', async () => {
    await database.query('CREATE SCHEMA web');
    const options = { pool: database.admin, schema: 'web', table: 'Visits', createTable: true };
    const { trial } = await tryPostgres(options);
    await trial.given();
    expect(await database.query('SELECT count(*)::int AS rows FROM web."Visits"')).toEqual([{ rows: 1 }]);
  });

  it('holds times that people can read, exact to the millisecond', async () => {
    const { store, trial } = await tryPostgres({ pool: database.admin, createTable: true });
    const id = trial.id();
    const record = {
      data: '{}',
      createdAt: Date.UTC(2001, 8, 9, 1, 46, 40, 123),
      expiresAt: Date.UTC(2999, 11, 31, 23, 59, 59, 999),
    };
    await store.create({ id, record });
    expect((await trial.found(id)).record).toEqual(record);
    expect(
      await database.query(
        "SELECT (created_at AT TIME ZONE 'UTC')::text AS created, (expires_at AT TIME ZONE 'UTC')::text AS expires FROM nestjs_sessions",
      ),
    ).toEqual([{ created: '2001-09-09 01:46:40.123', expires: '2999-12-31 23:59:59.999' }]);
  });
});

describe('The privileges of PostgresStore', () => {
  const role = 'nestjs_sessions_test_role';
  beforeEach(async () => {
    await database.query(
      `DO $$ BEGIN CREATE ROLE ${role} LOGIN PASSWORD 'x'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
  });

  afterEach(async () => {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
  });

  it('when one is missing, end the start with the SQL that grants it, which works', async () => {
    await database.query(createTableSql());
    await database.query(`GRANT SELECT, INSERT ON nestjs_sessions TO ${role}`);
    const pool = new pg.Pool({ connectionString: database.urlWith({ user: role, password: 'x' }) });
    const message = await refusalOf({ pool });
    expect(message).toContain(`The role "${role}" lacks privileges (UPDATE, DELETE)`);
    await database.query(sqlIn(message));
    const { trial } = await tryPostgres({ pool });
    await trial.given();
    await database.query(`REVOKE UPDATE ON nestjs_sessions FROM ${role}`);
    const { logger, store, clock } = tryPostgresUnstarted({ pool });
    await database.query(`GRANT UPDATE ON nestjs_sessions TO ${role}`);
    await store.start({ logger, clock });
    await database.query(`REVOKE UPDATE ON nestjs_sessions FROM ${role}`);
    await expect(store.touch({ id: trial.id(), expiresAt: Date.now() })).rejects.toThrow(SessionStoreError);
    expect(logger.messages('error')).toEqual([expect.stringContaining('GRANT')]);
    await pool.end();
  });

  it('when the table is to be made and may not, end the start with the SQL that does', async () => {
    await database.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    const pool = new pg.Pool({ connectionString: database.urlWith({ user: role, password: 'x' }) });
    const message = await refusalOf({ pool, createTable: true });
    await database.query(sqlIn(message));
    const { trial } = await tryPostgres({ pool, createTable: true });
    await trial.given();
    await pool.end();
  });
});

describe('The table of PostgresStore, in TypeORM', () => {
  it('is made by the migration, and removed by undoing it', async () => {
    await withTypeOrm({ migrations: [CreateSessionTable] }, async (dataSource) => {
      await dataSource.runMigrations();
      await (await tryPostgres({ dataSource })).trial.given();
      await dataSource.undoLastMigration();
      expect(await refusalOf({ dataSource })).toContain('There is no table');
    });
  });

  it('is made by a migration of its own where it has another name', async () => {
    class CreateVisits1767225600001 extends CreateSessionTable {
      override readonly name = 'CreateVisits1767225600001';
      override readonly where = { table: 'visits' };
    }
    await withTypeOrm({ migrations: [CreateVisits1767225600001] }, async (dataSource) => {
      await dataSource.runMigrations();
      await (await tryPostgres({ dataSource, table: 'visits' })).trial.given();
    });
  });

  it('is made by synchronize, from the entity', async () => {
    await withTypeOrm({ entities: [SessionEntity], synchronize: true }, async (dataSource) => {
      const { trial } = await tryPostgres({ dataSource });
      const { id, record } = await trial.given('{"visits":1}');
      const row = await dataSource.getRepository(SessionEntity).findOneByOrFail({ id });
      expect(row).toMatchObject({ data: record.data, expiresAt: new Date(record.expiresAt), lockToken: null });
    });
  });

  it('is left as it is by synchronize when it was made by the SQL: entity and SQL say the same', async () => {
    await database.query('CREATE SCHEMA web');
    for (const where of [{}, { schema: 'web', table: 'visits' }]) {
      await database.query(createTableSql(where));
      await withTypeOrm({ entities: [sessionEntity(where)] }, async (dataSource) => {
        const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
        expect(upQueries.map(({ query }) => query)).toEqual([]);
      });
    }
  });

  it('is looked for in the schema of the data source', async () => {
    await database.query('CREATE SCHEMA web');
    await withTypeOrm({ schema: 'web', entities: [SessionEntity], synchronize: true }, async (dataSource) => {
      await (await tryPostgres({ dataSource })).trial.given();
    });
  });
});

describe('sql/postgres.sql', () => {
  it('is what createTableSql() gives', () => {
    const file = readFileSync(new URL('../../sql/postgres.sql', import.meta.url), 'utf8');
    expect(file.slice(file.indexOf('CREATE'))).toBe(createTableSql());
  });
});

describe('PostgresStore', () => {
  it('warns of clocks that differ', async () => {
    const { store, logger, clock } = tryPostgresUnstarted({ pool: database.admin, createTable: true });
    clock.set(Date.now() - 600_000);
    await store.start({ logger, clock });
    expect(logger.messages('warn')).toEqual([expect.stringMatching(/clock is 600 s ahead of this machine/)]);
  });

  it('keeps no connection of its own after it is closed', async () => {
    const url = new URL(database.url);
    url.searchParams.set('application_name', 'closing');
    const { store } = await tryPostgres({ connectionString: url.href, createTable: true });
    await store.close();
    const left = 'SELECT pid FROM pg_stat_activity WHERE application_name = $1';
    while ((await database.query(left, ['closing'])).length > 0);
  });

  it('leaves what it was given open', async () => {
    const { store } = await tryPostgres({ pool: database.admin, createTable: true });
    await store.close();
    await database.query('SELECT 1');
  });
});
