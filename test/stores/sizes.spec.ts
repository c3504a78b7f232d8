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
 * What a session takes in PostgreSQL and memcached. `NESTJS_SESSIONS_FIGURES=1 npm run test:slow -- test/stores/sizes` prints it.
 */

const SIZES = [100, 1000, 8000];
const SESSIONS = 1000;

/** JSON of so many bytes, which do not compress. */
function data(bytes: number): string {
  return JSON.stringify({
    text: randomBytes(bytes)
      .toString('base64')
      .slice(0, bytes - '{"text":""}'.length),
  });
}

/** Sessions each of which was changed under its lock three times. */
async function fill(trial: ContractHarness, bytes: number): Promise<void> {
  const ids: string[] = [];
  for (let n = 0; n < SESSIONS; n += 1) ids.push((await trial.given(data(bytes))).id);
  for (const id of [...ids, ...ids, ...ids]) {
    const { record, version, token } = await trial.lock(id);
    written(await trial.store.update({ id, record, guard: { version, lock: { token, release: true } } }));
  }
}

/** The bytes that a page tells in this column of its table, by the bytes of the data. */
function told(page: string, heading: string, column: number): Map<number, number> {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/stores/${page}.md`, import.meta.url)), 'utf8');
  const number = (cell = ''): number => parseInt(cell.replace(',', ''), 10);
  return new Map(tableUnder(text, heading).map((row) => [number(row[0]), number(row[column])]));
}

function tell(figure: string): void {
  if (process.env['NESTJS_SESSIONS_FIGURES'] !== undefined) console.log(figure);
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
    await fill((await tryPostgres({ pool })).trial, bytes);

    const [row] = await database.query<{ bytes: number; total: number }>(
      `SELECT avg(pg_column_size(s))::int AS bytes, (pg_total_relation_size('nestjs_sessions') / count(*))::int AS total
       FROM nestjs_sessions AS s`,
    );
    // How much of it vacuum has cleared is a matter of chance.
    tell(`PostgreSQL, ${bytes} B: ${row?.total} B of table and indexes`);
    compare(`PostgreSQL, ${bytes} B`, row?.bytes ?? 0, told('postgres', 'Sizing', 1).get(bytes));

    await pool.end();
    await database.drop();
  });

  it('in memcached', async () => {
    const server = await MemcachedServer.start();
    const store = new MemcachedStore({ servers: server.address });
    await fill(trialOf(store), bytes);

    const stats = await server.stats();
    const mean = Number(stats['bytes']) / Number(stats['curr_items']);
    compare(`memcached, ${bytes} B`, Math.round(mean), told('memcached', 'MemcachedStore', 1).get(bytes));

    await store.close();
    await server.stop();
  });
});
