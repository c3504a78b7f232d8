import { randomBytes } from 'node:crypto';
import type { SessionStore } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { runOnce } from '../servers/postgres-run-once.js';
import { PostgresServer } from '../servers/postgres-server.js';
import type { StorePlace } from './stores.js';

/** Milliseconds: for all but tests of this deadline, since a machine may be slow. */
export const PATIENCE = 60_000;

export function preparePgPlace(): Promise<StorePlace> {
  return preparePostgresPlace('pg', openPg);
}

export function openPg(where: string): SessionStore {
  const { table, url } = partsOf(where);
  return new PostgresStore({ connectionString: url, table, createTable: true, operationTimeout: PATIENCE });
}

/** A table of its own in the database that tests share; the first store makes it. */
export async function preparePostgresPlace(way: string, open: (where: string) => SessionStore): Promise<StorePlace> {
  const url = await PostgresServer.sharedUrl();
  const table = `place_${randomBytes(6).toString('hex')}`;
  const where = `${table}@${url}`;
  return {
    spec: `${way}:${where}`,
    open: () => open(where),
    age: (milliseconds) =>
      runOnce(
        url,
        `UPDATE ${table} SET created_at = created_at - $1::int * interval '1 ms',
          expires_at = expires_at - $1::int * interval '1 ms', lock_until = lock_until - $1::int * interval '1 ms'`,
        [milliseconds],
      ),
    dispose: () => runOnce(url, `DROP TABLE IF EXISTS ${table}`),
  };
}

export function partsOf(where: string): { table: string; url: string } {
  const [table = '', url = ''] = where.split(/@(.*)/s);
  return { table, url };
}
