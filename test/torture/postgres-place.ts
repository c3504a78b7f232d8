import { FaultProxy } from '../support/servers/fault-proxy.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import type { Place } from './place.js';

const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5`;

const ADVANCE = `UPDATE nestjs_sessions SET
  expires_at = expires_at - $1::float8 * interval '1 ms', lock_until = lock_until - $1::float8 * interval '1 ms'`;

export async function postgresPlace(kind: 'postgres' | 'postgres-typeorm', processes: number): Promise<Place> {
  const database = await PostgresDatabase.create();
  const port = Number(new URL(database.url).port || 5432);
  const proxies = await Promise.all(Array.from({ length: processes }, () => FaultProxy.to(port)));
  const rows = (): Promise<{ id: string; row: string }[]> =>
    database.query(`SELECT id, t::text AS row FROM nestjs_sessions t`);
  return {
    specs: proxies.map((proxy) => ({ kind, url: database.urlWith({ port: proxy.port }) })),
    proxies,
    terminate: () => database.query(TERMINATE),
    advance: (milliseconds) => database.query(ADVANCE, [milliseconds]),
    keys: async () => (await rows()).map(({ id }) => id),
    dump: async () => (await rows()).map(({ row }) => row).join('\n'),
    leftovers: async () => {
      const locks = await database.query<{ locktype: string }>(
        `SELECT locktype FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return [...(await rows()).map(({ row }) => `the row ${row}`), ...locks.map(() => 'an advisory lock')];
    },
    dispose: async () => {
      for (const proxy of proxies) proxy.close();
      await database.drop();
    },
  };
}
