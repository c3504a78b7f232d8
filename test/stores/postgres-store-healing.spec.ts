import pg from 'pg';
import { SessionStoreError } from 'nestjs-sessions';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import { until } from '../support/basics/within.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import type { PostgresDatabase } from '../support/servers/postgres-database.js';
import { PostgresServer } from '../support/servers/postgres-server.js';
import { proxiedDatabase } from '../support/servers/proxied-servers.js';
import { type PostgresTrial, tryPostgres } from '../support/stores/postgres-trial.js';
import { ALL_WAYS, openWay } from '../support/stores/postgres-ways.js';

const POOL = 10;
/** Milliseconds for one operation: a minute, as a test of healing is no test of how soon it is over. */
const TIMEOUT = 60_000;
/** Milliseconds that a connection which had been idle has for its answer: a quarter of what a request has. */
const IDLE_LIMIT = 1_000;

/** Bytes by which a client takes leave of a connection that it closes (Terminate). */
const GOODBYE = 5;

let database: PostgresDatabase;
let proxy: FaultProxy;
beforeAll(async () => {
  ({ database, proxy } = await proxiedDatabase());
});
afterAll(async () => {
  proxy.close();
  await database.drop();
});

/** Has a request change its session under the lock. */
async function change({ store, trial }: PostgresTrial, id: string): Promise<void> {
  const { record, version, token } = await trial.lock(id);
  written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
}

/** Fills the pool with connections that are idle afterwards, and know the statements of a change. */
async function warm(tried: PostgresTrial): Promise<readonly string[]> {
  const sessions = await Promise.all(Array.from({ length: POOL }, () => tried.trial.given()));
  const ids = sessions.map(({ id }) => id);
  await Promise.all(ids.map((id) => change(tried, id)));
  return ids;
}

const kindOfFailure = (error: Error): string => error.name;

describe.each(ALL_WAYS)('PostgresStore over %s', (way) => {
  let tried: PostgresTrial;
  let end: () => Promise<unknown>;
  let ids: readonly string[];
  beforeEach(async () => {
    const opened = await openWay(way, { url: database.urlWith({ port: proxy.port }), timeout: TIMEOUT });
    tried = await tryPostgres(opened.options, { storeTimeout: 4 * IDLE_LIMIT });
    ({ end } = opened);
    ids = await warm(tried);
  });
  afterEach(async () => {
    await tried.store.close();
    await end();
  });

  const changeAll = (): Promise<unknown> => Promise.all(ids.map((id) => change(tried, id)));

  it('fails no request when all its idle connections are reset', async () => {
    proxy.killAll();
    await changeAll();
  });

  it('fails no request when all its idle connections have been ended by the server', async () => {
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await changeAll();
  });

  it('fails no request when all its idle connections fall silent, and waits for them once', async () => {
    const swallowed = (): number => proxy.heard.bytes - proxy.bytes.up;
    proxy.forgetConnections();
    await change(tried, ids[0] ?? '');
    expect(tried.logger.messages('warn')).toEqual([expect.stringContaining('had been idle did not answer')]);

    // The others, which may be as dead, are asked nothing.
    const before = swallowed();
    await changeAll();
    expect(swallowed() - before).toBeLessThanOrEqual(POOL * GOODBYE);
    const { connections } = proxy.heard;
    await changeAll();
    expect(proxy.heard.connections).toBe(connections);
  });

  it('takes a long count for what it is', async () => {
    const blocker = await database.admin.connect();
    try {
      await blocker.query('BEGIN; LOCK TABLE nestjs_sessions');
      const { connections } = proxy.heard;
      const count = tried.store.count();
      await blocker.query(`SELECT pg_sleep(${(1.5 * IDLE_LIMIT) / 1_000})`);
      await blocker.query('ROLLBACK');
      expect(await count).toBeGreaterThan(0);
      expect(proxy.heard.connections).toBe(connections);
      expect(tried.logger.messages('warn')).toEqual([]);
    } finally {
      blocker.release();
    }
  });

  it('fails no request when the table is altered while it runs', async () => {
    await database.query('ALTER TABLE nestjs_sessions ALTER COLUMN data TYPE varchar');
    try {
      await Promise.all(ids.map((id) => tried.trial.found(id)));
      await changeAll();
    } finally {
      await database.query('ALTER TABLE nestjs_sessions ALTER COLUMN data TYPE text');
    }
    await changeAll();
  });

  it('sends nothing twice to a server that is slow, once it knows', async () => {
    const blocker = await database.admin.connect();
    try {
      for (const round of ['it tries new connections', 'it waits']) {
        await blocker.query('BEGIN');
        await blocker.query('LOCK TABLE nestjs_sessions');
        const { connections } = proxy.heard;
        const changes = changeAll();
        const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'nestjs_sessions'::regclass`;
        // A statement that was given up waits on, beside the one that was sent in its place.
        const statements = round === 'it waits' ? POOL : 2 * POOL;
        await until('All wait', async () => (await database.query(waiting)).length >= statements);
        if (round === 'it waits') expect(proxy.heard.connections).toBe(connections);
        // For longer than what an idle connection would be waited for.
        await blocker.query(`SELECT pg_sleep(${(1.5 * IDLE_LIMIT) / 1_000})`);
        await blocker.query('ROLLBACK');
        await changes;
        if (round === 'it waits') expect(proxy.heard.connections).toBe(connections);
      }
      expect(tried.logger.messages('warn')).toEqual([]);
    } finally {
      blocker.release();
    }
  });
});

describe('PostgresStore over a pool that has no limit for connecting', () => {
  it('loses at most one deadline when all its idle connections fall silent', async () => {
    const pool = new pg.Pool({ connectionString: database.urlWith({ port: proxy.port }), max: POOL });
    const tried = await tryPostgres({ pool, operationTimeout: 4 * IDLE_LIMIT });
    const ids = await warm(tried);
    proxy.forgetConnections();
    const outcomes: unknown[] = [];
    for (const id of ids) outcomes.push(await change(tried, id).then(() => 'done', kindOfFailure));
    expect(outcomes).toEqual([SessionStoreError.name, ...Array.from({ length: POOL - 1 }, () => 'done')]);
    await tried.store.close();
    await pool.end();
  });
});

describe('PostgresStore, when its address leads to a standby for a while', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let switched: FaultProxy;
  beforeAll(async () => {
    primary = await PostgresServer.start();
    standby = await primary.startStandby();
    switched = await FaultProxy.to(primary.port);
  });
  afterAll(async () => {
    switched.close();
    await standby.dispose();
    await primary.dispose();
  });

  it.each(ALL_WAYS)('works again with the next request, over %s', async (way) => {
    const url = primary.url.replace(String(primary.port), String(switched.port));
    const { options, end } = await openWay(way, { url, timeout: TIMEOUT });
    const tried = await tryPostgres({ ...options, createTable: true });
    const ids = await warm(tried);

    switched.leadTo(standby.port);
    switched.killAll();
    const failures = await Promise.allSettled(ids.map((id) => tried.store.touch({ id, expiresAt: Date.now() + HOUR })));
    expect(failures.map((failure) => failure.status === 'rejected' && String(failure.reason))).toEqual(
      ids.map(() => expect.stringContaining('read-only')),
    );
    // Reads make connections to it that are not given up.
    await Promise.all(ids.map((id) => tried.store.load({ id })));

    switched.leadTo(primary.port);
    await Promise.all(ids.map((id) => change(tried, id)));
    await tried.store.close();
    await end();
  });
});
