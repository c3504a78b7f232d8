import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createTableSql, type PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { PgBouncer } from '../support/servers/pgbouncer.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { type PostgresTrial, tryPostgres } from '../support/stores/postgres-trial.js';
import { PostgresTrips } from '../support/stores/postgres-trips.js';

let database: PostgresDatabase;
beforeAll(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
});
afterAll(() => database.drop());

describe.each(['a pool', 'TypeORM'])('PostgresStore over %s', (way) => {
  let proxy: FaultProxy;
  let trips: PostgresTrips;
  let trial: PostgresTrial['trial'];
  let ask: (sql: string) => Promise<unknown>;
  let end: () => Promise<unknown>;
  beforeAll(async () => {
    proxy = await FaultProxy.toUrl(database.url);
    trips = new PostgresTrips(proxy);
    const url = database.urlWith({ port: proxy.port });
    let options: PostgresStoreOptions;
    if (way === 'TypeORM') {
      const dataSource = await new DataSource({ type: 'postgres', url, poolSize: 1 }).initialize();
      options = { dataSource };
      ask = (sql) => dataSource.query(sql);
      end = () => dataSource.destroy();
    } else {
      const pool = new pg.Pool({ connectionString: url, max: 1 });
      options = { pool };
      ask = async (sql) => (await pool.query(sql)).rows;
      end = () => pool.end();
    }
    ({ trial } = await tryPostgres(options));
  });
  afterAll(async () => {
    await end();
    proxy.close();
  });

  const lockAndChange = async (id: string): Promise<void> => {
    const { record, version, token } = await trial.lock(id);
    written(await trial.store.update({ id, record, guard: { version, lock: { token, release: true } } }));
  };

  it('takes one trip for a first visit', async () => {
    expect(await trips.during(() => trial.given())).toBe(1);
  });

  it('takes one trip for a request that only reads', async () => {
    const { id } = await trial.given();
    expect(await trips.during(() => trial.found(id))).toBe(1);
    expect(await trips.during(() => trial.store.load({ id: trial.id() }))).toBe(1);
  });

  it('takes two trips for one that locks and changes nothing, also when it moves the expiry', async () => {
    const { id, record } = await trial.given();
    const request = async (expiresAt?: number): Promise<void> => {
      const { token } = await trial.lock(id);
      expect(await trial.store.unlock({ id, token, ...(expiresAt !== undefined && { expiresAt }) })).toBe(true);
    };
    expect(await trips.during(() => request())).toBe(2);
    expect(await trips.during(() => request(record.expiresAt + 1_000))).toBe(2);
  });

  it('takes two trips for one that locks and changes', async () => {
    const { id } = await trial.given();
    expect(await trips.during(() => lockAndChange(id))).toBe(2);
  });

  it('takes two trips for one that changes without a lock', async () => {
    const { id } = await trial.given();
    const request = async (): Promise<void> => {
      const { record, version } = await trial.found(id);
      written(await trial.store.update({ id, record, guard: { version } }));
    };
    expect(await trips.during(request)).toBe(2);
  });

  it('takes one trip each to rotate, to delete, to touch, to renew a lock and to count', async () => {
    const { id: from, record, version } = await trial.given();
    const to = trial.id();
    const tombstoneUntil = Date.now() + HOUR;
    const { store } = trial;
    expect(await trips.during(() => store.rotate({ from, to, record, guard: { version }, tombstoneUntil }))).toBe(1);
    const { token } = await trial.lock(to);
    expect(await trips.during(() => store.renewLock({ id: to, token, lease: HOUR }))).toBe(1);
    expect(await trips.during(() => store.touch({ id: to, expiresAt: record.expiresAt + 1 }))).toBe(1);
    expect(await trips.during(() => store.delete({ id: to, tombstoneUntil }))).toBe(1);
  });

  it('prepares its statements, each once for a connection', async () => {
    const { id } = await trial.given();
    for (let n = 0; n < 3; n += 1) await lockAndChange(id);
    const prepared = (await ask(
      "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%lock_holder%' AND statement LIKE '%acquired%'",
    )) as { name: string }[];
    expect(prepared).toEqual([{ name: expect.stringMatching(/^nestjs_sessions_[0-9a-f]{16}$/) }]);
  });

  it('shows nobody what visitors keep: it is no part of a statement', async () => {
    await trial.given('{"secret":"mellon"}');
    expect(await ask("SELECT query FROM pg_stat_activity WHERE query LIKE '%mel' || 'lon%'")).toEqual([]);
  });
});

describe('PostgresStore on pages', () => {
  it('updates a row where it is, without a new entry in an index', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const { trial, store } = await tryPostgres({ pool });
    await database.query('TRUNCATE nestjs_sessions');
    await database.query('SELECT pg_stat_reset()');
    const sessions = await Promise.all(
      Array.from({ length: 100 }, () => trial.given(JSON.stringify({ text: 'x'.repeat(1_000) }))),
    );
    for (let round = 0; round < 5; round += 1) {
      for (const { id } of sessions) {
        const { record, version, token } = await trial.lock(id);
        written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
      }
    }
    // A connection tells what it did at the latest when it ends.
    await pool.end();
    const statistics = async (): Promise<{ updates: number; hot: number } | undefined> => {
      const [row] = await database.query<{ updates: number; hot: number }>(
        'SELECT n_tup_upd::int AS updates, n_tup_hot_upd::int AS hot FROM pg_stat_user_tables',
      );
      return row;
    };
    let row = await statistics();
    while ((row?.updates ?? 0) < 1_000) {
      await sleep(20);
      row = await statistics();
    }
    expect((row?.hot ?? 0) / (row?.updates ?? 1)).toBeGreaterThan(0.95);
  });
});

describe('PostgresStore behind a pgbouncer that takes no prepared statements along', () => {
  let pgBouncer: PgBouncer;
  beforeAll(async () => {
    pgBouncer = await PgBouncer.start(database.url, 2);
  });
  afterAll(() => pgBouncer.stop());

  it('goes on with unprepared ones, fails nothing, and says so once', async () => {
    const pool = new pg.Pool({ connectionString: database.urlWith({ port: pgBouncer.port }), max: 8 });
    const { trial, logger } = await tryPostgres({ pool });
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          const { id } = await trial.given();
          const { record, version, token } = await trial.lock(id);
          const guard = { version, lock: { token, release: true } };
          written(await trial.store.update({ id, record, guard }));
        }),
      );
    }
    expect(logger.messages('warn')).toEqual([expect.stringContaining('does not support prepared statements')]);
    await pool.end();
  });
});
