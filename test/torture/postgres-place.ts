import { FaultProxy } from '../support/servers/fault-proxy.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { runOnce } from '../support/servers/postgres-run-once.js';
import { PostgresServer } from '../support/servers/postgres-server.js';
import type { Place } from './place.js';

// By name and not by number: what the administrator does at the same time, on another connection, goes on.
const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name <> current_setting('application_name') AND random() < 0.5`;

const ADVANCE = `UPDATE nestjs_sessions SET
  expires_at = expires_at - $1::float8 * interval '1 ms', lock_until = lock_until - $1::float8 * interval '1 ms'`;

export async function postgresPlace(kind: 'postgres' | 'postgres-typeorm', processes: number): Promise<Place> {
  const primary = await PostgresServer.start();
  const standby = await primary.startStandby();
  await keepUp(primary);
  const database = await PostgresDatabase.create(primary.url);
  const proxies = await Promise.all(Array.from({ length: processes }, () => FaultProxy.to(primary.port)));
  const lead = (port: number): void => {
    for (const proxy of proxies) {
      proxy.leadTo(port);
      proxy.killAll();
    }
  };
  const rows = (): Promise<{ id: string; row: string }[]> =>
    database.query(`SELECT id, t::text AS row FROM nestjs_sessions t`);
  return {
    specs: proxies.map((proxy) => ({ kind, url: database.urlWith({ port: proxy.port }) })),
    proxies,
    sharesPool: kind === 'postgres-typeorm',
    noticesSilence: true,
    failOver: async (milliseconds) => {
      lead(standby.port);
      await sleep(milliseconds);
      lead(primary.port);
    },
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
      await standby.dispose();
      await primary.dispose();
    },
  };
}

/** What is acknowledged can be read on the standby from then on: a replica that is behind is another fault. */
async function keepUp(primary: PostgresServer): Promise<void> {
  for (const setting of ["synchronous_standby_names = '*'", 'synchronous_commit = remote_apply']) {
    await runOnce(primary.url, `ALTER SYSTEM SET ${setting}`);
  }
  await runOnce(primary.url, 'SELECT pg_reload_conf()');
}
