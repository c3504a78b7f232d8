import pg from 'pg';
import { SessionStoreError } from 'nestjs-sessions';
import { createTableSql, dropTableSql } from 'nestjs-sessions/postgres';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { refusalOf, tryPostgres } from '../support/stores/postgres-trial.js';

describe('The creation of the table by PostgresStore', () => {
  let database: PostgresDatabase;
  beforeEach(async () => {
    database = await PostgresDatabase.create();
  });
  afterEach(() => database.drop());

  it('when it fails after the start, is tried again at the next operation', async () => {
    const proxy = await FaultProxy.toUrl(database.url);
    await proxy.setMode('refuse');
    const connectionString = database.urlWith({ port: proxy.port });
    const { store, trial } = await tryPostgres({ connectionString, createTable: true });
    // A type of the table's name is no table, and no table can be made beside it.
    await database.query('CREATE TYPE nestjs_sessions AS ENUM ()');
    await proxy.setMode('ok');
    await expect(Promise.all([store.load({ id: trial.id() }), trial.given()])).rejects.toThrow(SessionStoreError);
    await expect(trial.given()).rejects.toThrow(SessionStoreError);

    await database.query('DROP TYPE nestjs_sessions');

    const { id } = await trial.given();
    await trial.found(id);
    await store.close();
    proxy.close();
  });

  it('is over once the table was there: one that goes missing is an error and not an empty one, until it is back', async () => {
    const { store, trial, logger } = await tryPostgres({ pool: database.admin, createTable: true });
    await trial.given();
    await database.query(dropTableSql());
    await expect(trial.given()).rejects.toThrow('There is no table "nestjs_sessions" in the schema "public"');
    expect(await database.query("SELECT FROM pg_class WHERE relname = 'nestjs_sessions'")).toEqual([]);
    expect(logger.messages('error')).toHaveLength(1);

    await database.query(createTableSql());
    await trial.given();
    expect(await store.count()).toBe(1);
  });

  it('takes the schema that connections have by default, whatever the application has set on them', async () => {
    await database.query('CREATE SCHEMA tenant');
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    pool.on('connect', (client) => void client.query('SET search_path TO tenant'));
    const { store, trial } = await tryPostgres({ pool, createTable: true });
    const { id } = await trial.given();
    const tables = "SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE relname = 'nestjs_sessions'";
    expect(await database.query(tables)).toEqual([{ schema: 'public' }]);

    // Another one, in which the application has a table of its own by that name.
    await database.query(createTableSql({ schema: 'tenant' }));
    await trial.found(id);
    const { trial: later } = await tryPostgres({ pool, createTable: true });
    await later.found(id);
    await store.close();
    await pool.end();
  });

  it.each([true, false])('tells when there is no schema for it (createTable: %s)', async (createTable) => {
    const connectionString = database.urlWith({ options: '-c search_path=' });
    expect(await refusalOf({ connectionString, createTable })).toMatch(
      /no schema in which to look.*option schema.*ALTER ROLE "postgres" SET search_path TO public/,
    );

    const named = await tryPostgres({ connectionString, createTable: true, schema: 'public' });
    await named.trial.given();
    await named.store.close();
  });
});
