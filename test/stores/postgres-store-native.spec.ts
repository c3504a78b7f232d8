import type pg from 'pg';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { sessionStoreContract } from 'nestjs-sessions/testing';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { nativePg } from '../support/servers/native-pg.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';

// Made here and not in a hook: the cases wait for real time, so they run beside each other, each on a table of its own.
const { Pool } = await nativePg();
const database = await PostgresDatabase.create();
const pool = newPool();

afterAll(async () => {
  await pool.end();
  await database.drop();
});

function newPool(max = 10, connectionString = database.url): pg.Pool {
  const made = new Pool({ connectionString, max, connectionTimeoutMillis: 5_000 });
  made.on('error', () => undefined);
  return made;
}

let tables = 0;

describe('PostgresStore keeps the contract over pg-native, on a table that it has created', () => {
  const create = async (): Promise<PostgresStore> => {
    const { store } = await tryPostgres({ pool, createTable: true, table: `sessions_${(tables += 1)}` });
    return store;
  };
  const contract = sessionStoreContract({ create, destroy: (store) => store.close() });
  for (const { name, run } of contract) it.concurrent(name, run);
});

describe('PostgresStore over pg-native', () => {
  it('fails no request when the server has ended its idle connections', async () => {
    const own = newPool(3);
    const { store, trial } = await tryPostgres({ pool: own, createTable: true });
    const sessions = await Promise.all(Array.from({ length: 3 }, () => trial.given()));
    await database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%nestjs_sessions%' AND pid <> pg_backend_pid()",
    );
    await Promise.all(sessions.map(({ id }) => trial.found(id)));
    await store.close();
    await own.end();
  });

  it('fails no request when its idle connections fall silent', async () => {
    const proxy = await FaultProxy.toUrl(database.url);
    const own = newPool(3, database.urlWith({ port: proxy.port }));
    const { store, trial } = await tryPostgres({ pool: own, createTable: true });
    const sessions = await Promise.all(Array.from({ length: 3 }, () => trial.given()));
    proxy.forgetConnections();
    await Promise.all(sessions.map(({ id }) => trial.found(id)));
    await store.close();
    await own.end();
    proxy.close();
  });

  it('writes into no transaction that was left open', async () => {
    const own = newPool(2);
    const { store, trial, logger } = await tryPostgres({ pool: own, createTable: true });
    const { trial: other } = await tryPostgres({ pool: database.admin });
    const clients = await Promise.all([own.connect(), own.connect()]);
    for (const client of clients) await client.query('BEGIN');
    for (const client of clients) client.release();
    const { id } = await trial.given();
    await other.found(id);
    expect(logger.messages('warn')).toEqual([expect.stringContaining('in the middle of a transaction')]);
    await store.close();
    await own.end();
  });
});
