import pg from 'pg';
import { createTableSql, PostgresStore } from 'nestjs-sessions/postgres';
import {
  expectHealing,
  type Fault,
  OPERATION_TIMEOUT,
  outage,
  OUTAGE,
  STORE_TIMEOUT,
  VISITORS,
} from '../../support/http/healing.js';
import { FaultProxy } from '../../support/servers/fault-proxy.js';
import { runOnce } from '../../support/servers/postgres-run-once.js';
import { PostgresServer } from '../../support/servers/postgres-server.js';

const ROLE = 'visited';
const GRANT = `GRANT SELECT, INSERT, UPDATE, DELETE ON nestjs_sessions TO ${ROLE}`;
const PASSWORD = 'a-password-that-no-log-shows';

let primary: PostgresServer;
let standby: PostgresServer;
let proxy: FaultProxy;
beforeAll(async () => {
  primary = await PostgresServer.start();
  standby = await primary.startStandby();
  proxy = await FaultProxy.to(primary.port);
  await admin(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}'`, ASK_FOR_PASSWORDS, RELOAD);
});
beforeEach(async () => {
  await admin(createTableSql(), GRANT);
});
afterEach(() => admin('DROP TABLE nestjs_sessions'));
afterAll(async () => {
  proxy.close();
  await standby.dispose();
  await primary.dispose();
});

async function admin(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await runOnce(primary.url, statement);
}

const END_CONNECTIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${ROLE}'`;

const RELOAD = 'SELECT pg_reload_conf()';

/** Of the role of the visitors, from when the settings are read again. */
const ASK_FOR_PASSWORDS = `DO $$ BEGIN EXECUTE format(
  'COPY (VALUES (%L), (%L)) TO %L',
  'host all ${ROLE} 127.0.0.1/32 scram-sha-256', 'host all,replication postgres 127.0.0.1/32 trust', current_setting('hba_file')
); END $$`;

/** Of the table, with which it is dropped. */
const SLOW_UPDATES = `
  CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.03); RETURN NEW; END';
  CREATE TRIGGER slow BEFORE UPDATE ON nestjs_sessions FOR EACH ROW EXECUTE FUNCTION slow()`;

/** Statements that change something, and others that take it back after a while. */
function between(change: readonly string[], back: readonly string[]): () => Promise<void> {
  return async () => {
    await admin(...change);
    await outage();
    await admin(...back);
  };
}

/** A change that is noticed by connections that are made from now on, and taken back with nobody told. */
function forAWhile(change: string, back: string): () => Promise<void> {
  return between([change, END_CONNECTIONS], [back]);
}

/** The same with the server's settings, which all connections notice. */
function settingForAWhile(setting: string, value: string): () => Promise<void> {
  return between([`ALTER SYSTEM SET ${setting} = ${value}`, RELOAD], [`ALTER SYSTEM RESET ${setting}`, RELOAD]);
}

const faults: readonly Fault<pg.Pool>[] = [
  { name: 'idle connections are reset', inject: async () => proxy.killAll() },
  { name: 'a firewall forgets idle connections, and tells nobody', inject: async () => proxy.forgetConnections() },
  { name: 'an administrator ends all connections', inject: () => admin(END_CONNECTIONS) },
  {
    name: 'a column of the table is altered',
    inject: () => admin('ALTER TABLE nestjs_sessions ALTER data TYPE varchar'),
  },
  {
    name: 'the application leaves open transactions on every connection',
    inject: async (pool) => {
      const clients = await Promise.all(Array.from({ length: VISITORS }, () => pool.connect()));
      await Promise.all(clients.map((client) => client.query('BEGIN')));
      for (const client of clients) client.release();
    },
  },
  {
    name: 'the network swallows everything for a second',
    inject: () => proxy.swallow(OUTAGE),
    mayFail: VISITORS,
  },
  {
    name: 'the address leads to a standby for a second, and back',
    inject: async () => {
      proxy.leadTo(standby.port);
      proxy.killAll();
      await outage();
      proxy.leadTo(primary.port);
    },
    says: /read-only/,
  },
  {
    name: 'the server is restarted',
    inject: async () => {
      await primary.stop('fast');
      await primary.startAgain();
    },
    mayFail: VISITORS,
  },
  {
    name: 'the table is locked for a second (`LOCK TABLE`)',
    inject: () => admin(`BEGIN; LOCK TABLE nestjs_sessions; SELECT pg_sleep(${OUTAGE / 1_000}); COMMIT`),
  },
  {
    name: 'the table is renamed, and named back a second later',
    inject: between(
      ['ALTER TABLE nestjs_sessions RENAME TO elsewhere'],
      ['ALTER TABLE elsewhere RENAME TO nestjs_sessions'],
    ),
    says: /There is no table "nestjs_sessions"/,
  },
  {
    name: 'the table is dropped, and made anew a second later',
    inject: between(['DROP TABLE nestjs_sessions'], [createTableSql(), GRANT]),
    says: /There is no table "nestjs_sessions"/,
    forgets: true,
  },
  {
    name: 'the role loses its privileges for a second',
    inject: between([`REVOKE ALL ON nestjs_sessions FROM ${ROLE}`], [GRANT]),
    says: /The role "visited" lacks privileges/,
  },
  {
    name: 'row security is switched on, and off a second later',
    inject: between(
      ['ALTER TABLE nestjs_sessions ENABLE ROW LEVEL SECURITY'],
      ['ALTER TABLE nestjs_sessions DISABLE ROW LEVEL SECURITY'],
    ),
    says: /because row security hides or refuses it for the role "visited"/,
  },
  {
    name: 'the role may not log in for a second',
    inject: forAWhile(`ALTER ROLE ${ROLE} NOLOGIN`, `ALTER ROLE ${ROLE} LOGIN`),
    says: /PostgreSQL failed: it does not let the role in/,
  },
  {
    name: 'the password of the role is another one for a second',
    inject: forAWhile(`ALTER ROLE ${ROLE} PASSWORD 'another'`, `ALTER ROLE ${ROLE} PASSWORD '${PASSWORD}'`),
    says: /PostgreSQL failed: it refuses the password of the role/,
  },
  {
    name: 'the limit of connections is reached for a second',
    inject: forAWhile(`ALTER ROLE ${ROLE} CONNECTION LIMIT 0`, `ALTER ROLE ${ROLE} CONNECTION LIMIT -1`),
    says: /PostgreSQL failed: it has no connection to spare/,
  },
  {
    name: 'connections of a second have a `statement_timeout` that is too short, and keep it',
    inject: async () => {
      await admin(SLOW_UPDATES);
      await forAWhile(`ALTER ROLE ${ROLE} SET statement_timeout = 10`, `ALTER ROLE ${ROLE} RESET statement_timeout`)();
    },
    says: /statement_timeout, or an administrator/,
  },
  {
    name: 'connections of a second are read-only (`default_transaction_read_only`)',
    inject: forAWhile(
      `ALTER ROLE ${ROLE} SET default_transaction_read_only = on`,
      `ALTER ROLE ${ROLE} RESET default_transaction_read_only`,
    ),
    says: /read-only/,
  },
  {
    name: 'the server is read-only for a second (`default_transaction_read_only`)',
    inject: settingForAWhile('default_transaction_read_only', 'on'),
    says: /read-only/,
  },
  {
    name: 'connections are ended when they are idle for 5 ms (`idle_session_timeout`)',
    inject: forAWhile(
      `ALTER ROLE ${ROLE} SET idle_session_timeout = 5`,
      `ALTER ROLE ${ROLE} RESET idle_session_timeout`,
    ),
  },
  {
    name: 'the schema is renamed, and named back a second later',
    inject: between(['ALTER SCHEMA public RENAME TO elsewhere'], ['ALTER SCHEMA elsewhere RENAME TO public']),
    says: /There is no table "nestjs_sessions"/,
  },
];

describe('Sessions in PostgreSQL heal', () => {
  it.each(faults)('when $name', async (fault) => {
    const url = new URL(primary.url);
    [url.port, url.username, url.password] = [String(proxy.port), ROLE, PASSWORD];
    const pool = new pg.Pool({ connectionString: url.href, connectionTimeoutMillis: STORE_TIMEOUT });
    try {
      const store = new PostgresStore({ pool, operationTimeout: OPERATION_TIMEOUT });
      await expectHealing(store, { ...fault, inject: () => fault.inject(pool) }, [PASSWORD]);
    } finally {
      await pool.end();
    }
  });
});
