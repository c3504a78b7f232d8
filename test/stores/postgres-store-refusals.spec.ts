import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { SessionStoreError } from 'nestjs-sessions';
import { createTableSql } from 'nestjs-sessions/postgres';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres, type PostgresTrial } from '../support/stores/postgres-trial.js';

let database: PostgresDatabase;
let blocker: pg.PoolClient;

beforeAll(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
});
beforeEach(async () => {
  blocker = await database.admin.connect();
  await blocker.query('BEGIN');
});
afterEach(async () => {
  await blocker.query('ROLLBACK');
  blocker.release();
});
afterAll(() => database.drop());

const tryWith = (settings: string): Promise<PostgresTrial> =>
  tryPostgres({ connectionString: database.urlWith({ options: settings }) });

/** Until somebody waits for what the blocker has. */
async function untilSomebodyWaits(): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await database.query(waiting)).length === 0) await pause(5);
}

describe('PostgresStore, when the server', () => {
  it('cancels a statement that takes too long, fails with an error that says so, and has changed nothing', async () => {
    const { store, trial } = await tryWith('-c statement_timeout=100');
    const { id, record, version } = await trial.given('"old"');
    await blocker.query('SELECT FROM nestjs_sessions WHERE id = $1 FOR UPDATE', [id]);
    const failure = store.update({ id, record: { ...record, data: '"new"' }, guard: { version } });
    await expect(failure).rejects.toThrow(SessionStoreError);
    await expect(failure).rejects.toThrow('57014');
    await blocker.query('COMMIT');
    expect((await trial.found(id)).record.data).toBe('"old"');
    await store.close();
  });

  it('ends a deadlock at its expense, sends the statement again', async () => {
    // It looks for deadlocks once, so long after it began to wait: by then the other one has to wait, too, which does not get to look.
    const { store, trial } = await tryWith('-c deadlock_timeout=1500');
    await blocker.query('SET LOCAL deadlock_timeout = 60000');
    const { id, record, version } = await trial.given('"old"');
    const to = trial.id();
    // A rotation needs the old row and then the new one. The other way round they wait for one another.
    await blocker.query(
      `INSERT INTO nestjs_sessions (id, data, version, created_at, expires_at)
       VALUES ($1, '"other"', gen_random_uuid(), now(), now() + interval '1 hour')`,
      [to],
    );
    const rotated = store.rotate({ from: id, to, record, guard: { version }, tombstoneUntil: Date.now() + 60_000 });
    await untilSomebodyWaits();
    await blocker.query('UPDATE nestjs_sessions SET expires_at = expires_at WHERE id = $1', [id]);
    await blocker.query('ROLLBACK');

    expect(await rotated).not.toBe(false);
    expect((await trial.found(to)).record.data).toBe('"old"');
    // The server publishes what a connection has counted when it ends, or a little later.
    await store.close();
    const count = 'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()';
    while ((await database.query<{ deadlocks: number }>(count))[0]?.deadlocks === 0) await pause(50);
  });
});
