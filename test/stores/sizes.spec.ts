import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { createTableSql } from 'nestjs-sessions/postgres';
import pg from 'pg';
import { type ContractHarness, written } from '../../lib/testing/contract/harness.js';
import { tableUnder } from '../support/documents/markdown.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';
import { trialOf } from '../support/stores/trial-of.js';

/*
 * What a session takes in PostgreSQL and memcached. `NESTJS_SESSIONS_FIGURES=1 npm run test:slow -- test/stores/sizes` prints it,
 * and what changes cost.
 */

const isTold = process.env['NESTJS_SESSIONS_FIGURES'] !== undefined;

const SIZES = [100, 1000, 8000];
const SESSIONS = isTold ? 1000 : 100;

/** JSON of so many bytes, which do not compress. */
function data(bytes: number): string {
  return JSON.stringify({
    text: randomBytes(bytes)
      .toString('base64')
      .slice(0, bytes - '{"text":""}'.length),
  });
}

async function create(trial: ContractHarness, bytes: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < SESSIONS; n += 1) ids.push((await trial.given(data(bytes))).id);
  return ids;
}

/** Other data of the same size: what stays the same is not written ahead. */
async function changeUnderLock(trial: ContractHarness, ids: readonly string[], bytes: number): Promise<void> {
  for (const id of ids) {
    const { record, version, token } = await trial.lock(id);
    const guard = { version, lock: { token, release: true } };
    written(await trial.store.update({ id, record: { ...record, data: data(bytes) }, guard }));
  }
}

async function changeWithoutLock(trial: ContractHarness, ids: readonly string[], bytes: number): Promise<void> {
  for (const id of ids) {
    const { record, version } = await trial.found(id);
    written(await trial.store.update({ id, record: { ...record, data: data(bytes) }, guard: { version } }));
  }
}

/** Bytes that PostgreSQL has written ahead for each of the sessions. */
async function walOf(database: PostgresDatabase, work: () => Promise<void>): Promise<number> {
  const [before] = await database.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  await work();
  const [after] = await database.query<{ bytes: number }>(
    'SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::float8 AS bytes',
    [before?.lsn],
  );
  return Math.round((after?.bytes ?? 0) / SESSIONS);
}

/** The bytes that a page tells in this column of its table, by the bytes of the data. */
function told(page: string, heading: string, column: number): Map<number, number> {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/stores/${page}.md`, import.meta.url)), 'utf8');
  const number = (cell = ''): number => parseInt(cell.replace(',', ''), 10);
  return new Map(tableUnder(text, heading).map((row) => [number(row[0]), number(row[column])]));
}

function tell(figure: string): void {
  if (isTold) console.log(figure);
}

/** How many sessions are there when the first has to go. */
async function untilFull(trial: ContractHarness, server: MemcachedServer, bytes: number): Promise<number> {
  for (;;) {
    await Promise.all(Array.from({ length: 100 }, () => trial.given(data(bytes))));
    const { evictions = 0, curr_items: items = 0 } = await server.stats();
    if (evictions > 0) return items;
  }
}

/** By a tenth: versions of servers differ. */
function compare(store: string, found: number, documented: number | undefined): void {
  tell(`${store}: ${found} B, told ${documented} B`);
  expect(Math.abs(found / (documented ?? 0) - 1)).toBeLessThan(0.1);
}

describe.each(SIZES)('A session of %i bytes takes what its page says', (bytes) => {
  it('in PostgreSQL, as a row', async () => {
    const database = await PostgresDatabase.create();
    await database.query(createTableSql());
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const { trial } = await tryPostgres({ pool });
    const ids = await create(trial, bytes);
    // So that no page is written whole, as the first change after a checkpoint does.
    await changeUnderLock(trial, ids, bytes);
    const locked = await walOf(database, () => changeUnderLock(trial, ids, bytes));
    const unlocked = await walOf(database, () => changeWithoutLock(trial, ids, bytes));

    const [row] = await database.query<{ bytes: number; total: number }>(
      `SELECT avg(pg_column_size(s))::int AS bytes, (pg_total_relation_size('nestjs_sessions') / count(*))::int AS total
       FROM nestjs_sessions AS s`,
    );
    // How much of it vacuum has cleared is a matter of chance.
    tell(
      `PostgreSQL, ${bytes} B: ${row?.total} B of table and indexes; WAL ${locked} B under the lock, ${unlocked} B without it`,
    );
    compare(`PostgreSQL, ${bytes} B`, row?.bytes ?? 0, told('postgres', 'Sizing', 1).get(bytes));

    await pool.end();
    // Connections tell what they have counted when they end.
    const [updates] = await database.query<{ hot: number }>(
      `SELECT (100.0 * n_tup_hot_upd / n_tup_upd)::float8 AS hot FROM pg_stat_user_tables WHERE relname = 'nestjs_sessions'`,
    );
    tell(`PostgreSQL, ${bytes} B: ${updates?.hot.toFixed(1)} % of the updates are HOT`);
    await database.drop();
  });

  it('in memcached', async () => {
    const server = await MemcachedServer.start();
    const store = new MemcachedStore({ servers: server.address });
    const trial = trialOf(store);
    await changeUnderLock(trial, await create(trial, bytes), bytes);

    const stats = await server.stats();
    const mean = Number(stats['bytes']) / Number(stats['curr_items']);
    compare(`memcached, ${bytes} B`, Math.round(mean), told('memcached', 'MemcachedStore', 1).get(bytes));

    if (isTold) tell(`memcached, ${bytes} B: ${await untilFull(trial, server, bytes)} sessions in 64 MB`);
    await store.close();
    await server.stop();
  });
});
