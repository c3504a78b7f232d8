import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SessionStoreError } from 'nestjs-sessions';
import type { PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import type { FaultProxy } from '../support/servers/fault-proxy.js';
import type { PostgresDatabase } from '../support/servers/postgres-database.js';
import { PostgresServer } from '../support/servers/postgres-server.js';
import { proxiedDatabase } from '../support/servers/proxied-servers.js';
import { tryPostgres, tryPostgresUnstarted } from '../support/stores/postgres-trial.js';
import { until, within } from '../support/basics/within.js';

/** What hangs is given up after this. */
const TIMEOUT = 3_000;
/** What is not given up takes longer than this, or for ever; a busy machine does not. */
const NEVER = 60_000;
/** Where time is not what is tried. */
const patient = { operationTimeout: 2 * NEVER };

let database: PostgresDatabase;
let proxy: FaultProxy;
beforeAll(async () => {
  ({ database, proxy } = await proxiedDatabase());
});
afterAll(async () => {
  proxy.close();
  await database.drop();
});

async function failureOf(
  work: Promise<unknown>,
): Promise<{ readonly error: SessionStoreError; readonly after: number }> {
  const started = performance.now();
  try {
    await within('An operation', work);
  } catch (error) {
    expect(error).toBeInstanceOf(SessionStoreError);
    return { error: error as SessionStoreError, after: performance.now() - started };
  }
  throw new Error('It did not fail');
}

describe.each(['a pool of its own', 'a pool', 'TypeORM'])('PostgresStore over %s', (way) => {
  let options: PostgresStoreOptions;
  let end: () => Promise<unknown>;
  // For each test its own: connections that one has left waiting would keep the next one waiting.
  beforeEach(async () => {
    const url = database.urlWith({ port: proxy.port });
    if (way === 'TypeORM') {
      // TypeORM says on the console what breaks; it is meant to.
      const dataSource = new DataSource({ type: 'postgres', url, poolErrorHandler: () => undefined });
      options = { dataSource: await dataSource.initialize(), operationTimeout: TIMEOUT };
      end = () => dataSource.destroy();
    } else if (way === 'a pool') {
      const pool = new pg.Pool({ connectionString: url });
      options = { pool, operationTimeout: TIMEOUT };
      end = () => pool.end();
    } else {
      options = { connectionString: url, operationTimeout: TIMEOUT };
      end = () => Promise.resolve();
    }
  });
  afterEach(async () => {
    await proxy.setMode('ok');
    proxy.splits = false;
    await within('The end of the pool', end());
  });

  it('fails at once while connections are refused, and works as soon as they are not', async () => {
    const { store, trial } = await tryPostgres({ ...options, ...patient });
    const { id } = await trial.given();
    await proxy.setMode('refuse');
    proxy.killAll();
    const { error, after } = await failureOf(store.load({ id }));
    expect(after).toBeLessThan(NEVER);
    expect(error.retryAfter).toBeGreaterThan(0);
    expect(error.message).not.toMatch(/127\.0\.0\.1|postgres:|SELECT/);
    await proxy.setMode('ok');
    await trial.found(id);
    await store.close();
  });

  it('gives up what is not answered in time, and loses no connection to it', async () => {
    const { store, trial } = await tryPostgres(options);
    const { id } = await trial.given();
    await Promise.all(Array.from({ length: 20 }, () => trial.found(id)));
    await proxy.setMode('blackhole');
    const failures = await Promise.all(Array.from({ length: 20 }, () => failureOf(store.load({ id }))));
    for (const { after } of failures) expect(after).toBeLessThan(NEVER);
    await proxy.setMode('ok');
    await Promise.all(Array.from({ length: 20 }, () => trial.found(id)));
    await store.close();
  });

  it('understands answers that come in pieces', async () => {
    const { store, trial } = await tryPostgres({ ...options, ...patient });
    proxy.splits = true;
    const { id, record } = await trial.given(JSON.stringify({ text: 'ü€😀' }));
    expect((await trial.lock(id)).record).toEqual(record);
    proxy.splits = false;
    await store.close();
  });

  it('outlives the end of all its idle connections', async () => {
    const { store, trial } = await tryPostgres({ ...options, ...patient });
    const { id } = await trial.given();
    await Promise.all(Array.from({ length: 5 }, () => trial.found(id)));
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await sleep(200);
    await trial.found(id);
    await store.close();
  });
});

describe('PostgresStore in a pool of the application', () => {
  it('says once a minute that idle connections broke', async () => {
    const pool = new pg.Pool({ connectionString: database.urlWith({ port: proxy.port }) });
    const { store, trial, logger, clock } = await tryPostgres({ pool });
    const breakIdle = async (): Promise<void> => {
      await Promise.all(Array.from({ length: 3 }, () => store.load({ id: trial.id() })));
      proxy.killAll();
      await sleep(20);
    };
    await breakIdle();
    await breakIdle();
    expect(logger.messages('warn')).toEqual([expect.stringContaining('an idle connection to PostgreSQL broke')]);
    clock.advance(60_000);
    await breakIdle();
    expect(logger.messages('warn')).toHaveLength(2);
    await store.close();
    await within('The end of the pool', pool.end());
  });

  it('does not let an idle connection that breaks end the process, also when it is closed', async () => {
    const pool = new pg.Pool({ connectionString: database.urlWith({ port: proxy.port }) });
    const { store } = await tryPostgres({ pool });
    await store.close();
    await pool.query('SELECT');
    proxy.killAll();
    await until('the pool has noticed', () => pool.totalCount === 0);
    await pool.end();
  });

  it('takes its listener along when it is closed where the application has one', async () => {
    const pool = new pg.Pool({ connectionString: database.url });
    const own = (): void => undefined;
    pool.on('error', own);
    const { store } = await tryPostgres({ pool });
    await store.close();
    expect(pool.listeners('error')).toEqual([own]);
    await pool.end();
  });

  it('listens again when it is started again, once', async () => {
    const pool = new pg.Pool({ connectionString: database.url });
    pool.on('error', () => undefined);
    const { store, logger, clock } = await tryPostgres({ pool });
    await store.close();
    await store.start({ logger, clock });
    await store.start({ logger, clock });

    pool.emit('error', new Error('the server has gone'));
    expect(logger.messages('warn')).toEqual([expect.stringContaining('an idle connection to PostgreSQL broke')]);
    expect(pool.listenerCount('error')).toBe(2);
    await store.close();
    await pool.end();
  });

  it('leaves nothing of its own on the connections that it gives back', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const { store, trial } = await tryPostgres({ pool });
    const listeners = async (): Promise<number> => {
      const connection = await pool.connect();
      const count = connection.listenerCount('error');
      connection.release();
      return count;
    };
    const before = await listeners();
    await trial.given();
    await trial.given();
    expect(await listeners()).toBe(before);
    await store.close();
    await within('The end of the pool', pool.end());
  });

  it('waits no longer for a connection than it may, and gives back one that comes too late, unused', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const { store, trial } = await tryPostgres({ pool, operationTimeout: 1_000 });
    const { id } = await trial.given();
    const taken = await pool.connect();
    const { after } = await failureOf(store.delete({ id, tombstoneUntil: Date.now() + 60_000 }));
    expect(after).toBeLessThan(NEVER);
    taken.release();
    await trial.found(id);
    expect(pool.idleCount).toBe(1);
    await within('The end of the pool', pool.end());
  });

  it('holds no connection while a session is locked: a pool of one serves twenty side by side', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    const { trial, store } = await tryPostgres({ pool });
    const sessions = await Promise.all(Array.from({ length: 20 }, () => trial.givenLocked()));
    await pool.query('SELECT 1');
    const updates = sessions.map(({ id, record, version, token }) =>
      store.update({ id, record, guard: { version, lock: { token, release: true } } }),
    );
    expect(await Promise.all(updates)).not.toContain(false);
    await within('The end of the pool', pool.end());
  });
});

describe('PostgresStore, where the database does not do as it is asked', () => {
  it('reads and does not write while transactions are read-only, and writes as soon as they are not', async () => {
    const { store, trial } = await tryPostgres({ connectionString: database.url });
    const { id, record, version } = await trial.given();
    const alter = `ALTER DATABASE ${new URL(database.url).pathname.slice(1)}`;
    await database.query(`${alter} SET default_transaction_read_only = on`);
    try {
      await database.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      await trial.found(id);
      const { error } = await failureOf(store.update({ id, record, guard: { version } }));
      expect(error.message).toContain('25006');
    } finally {
      await database.query(`BEGIN READ WRITE; ${alter} RESET default_transaction_read_only; COMMIT`);
    }
    expect(await store.update({ id, record, guard: { version } })).not.toBe(false);
    await store.close();
  });

  it('takes a statement that the server has cancelled for a failure', async () => {
    const impatient = database.urlWith({ options: '-c lock_timeout=50' });
    const { store, trial } = await tryPostgres({ connectionString: impatient });
    const { id } = await trial.given();
    const blocker = await database.admin.connect();
    try {
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM nestjs_sessions WHERE id = $1 FOR UPDATE', [id]);
      const { error } = await failureOf(trial.tryLock(id, trial.token()));
      expect(error.message).toContain('55P03');
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
    await trial.lock(id);
    await store.close();
  });
});

describe('PostgresStore, when the server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server.dispose());

  it.each(['fast', 'immediate'] as const)('restarts (%s), keeps all that was acknowledged', async (mode) => {
    const { store, trial } = await tryPostgres({ connectionString: server.url, createTable: true });
    const { id } = await trial.given('0');
    const told = { acknowledged: 0, isOver: false };
    const counting = (async () => {
      while (!told.isOver) {
        try {
          const { record, version } = await trial.found(id);
          const next = { ...record, data: String(Number(record.data) + 1) };
          if ((await store.update({ id, record: next, guard: { version } })) !== false)
            told.acknowledged = Number(next.data);
        } catch (error) {
          expect(error).toBeInstanceOf(SessionStoreError);
          await sleep(5);
        }
      }
    })();
    try {
      await until('Ten are counted', () => told.acknowledged >= 10);
      await server.stop(mode);
      const before = told.acknowledged;
      await server.startAgain();
      await until('Ten more are counted by a server that is back', () => told.acknowledged >= before + 10);
    } finally {
      told.isOver = true;
      await within('The last count', counting);
    }
    expect(Number((await trial.found(id)).record.data)).toBeGreaterThanOrEqual(told.acknowledged);
    await store.close();
  });

  it('is down at the start, starts the application without sessions, and makes the table when it is up', async () => {
    await server.stop('fast');
    const { store, trial, logger, clock } = tryPostgresUnstarted({
      connectionString: server.url,
      createTable: true,
      table: 'late',
    });
    await store.start({ clock, logger });
    expect(logger.messages('warn')).toEqual([expect.stringMatching(/cannot be used yet \(ECONNREFUSED\)/)]);
    await failureOf(store.load({ id: trial.id() }));
    await server.startAgain();
    await Promise.all(Array.from({ length: 10 }, () => trial.given()));
    expect(await store.count()).toBe(10);
    await store.close();
  });
});
