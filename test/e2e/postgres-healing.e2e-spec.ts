import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { PostgresStore } from 'nestjs-sessions/postgres';
import type { Browser } from '../support/http/browser.js';
import { TestApp } from '../support/http/test-app.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { runOnce } from '../support/servers/postgres-run-once.js';
import { PostgresServer } from '../support/servers/postgres-server.js';
import { VisitsController } from './apps/visits.controller.js';

const VISITORS = 10;
const STORE_TIMEOUT = 2_000;
/** How long what takes a while is made to last. */
const OUTAGE = 1_000;

let primary: PostgresServer;
let standby: PostgresServer;
let proxy: FaultProxy;
beforeAll(async () => {
  primary = await PostgresServer.start();
  standby = await primary.startStandby();
  proxy = await FaultProxy.to(primary.port);
});
afterAll(async () => {
  proxy.close();
  await standby.dispose();
  await primary.dispose();
});

interface Fault {
  readonly name: string;
  /** Settles when the fault is over: what fails afterwards is what the store has to answer for. */
  inject(pool: pg.Pool): Promise<unknown>;
  /** Requests that may fail after it is over. */
  readonly mayFail: number;
}

const faults: readonly Fault[] = [
  { name: 'idle connections are reset', inject: async () => proxy.killAll(), mayFail: 0 },
  { name: 'idle connections are forgotten by a firewall', inject: async () => proxy.forgetConnections(), mayFail: 0 },
  {
    name: 'an administrator ends all connections',
    inject: () =>
      runOnce(primary.url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'visited'"),
    mayFail: 0,
  },
  {
    name: 'the table is altered',
    inject: () => runOnce(primary.url, 'ALTER TABLE nestjs_sessions ALTER data TYPE varchar'),
    mayFail: 0,
  },
  {
    name: 'the address leads to a standby, and back',
    inject: async () => {
      proxy.leadTo(standby.port);
      proxy.killAll();
      await pause(OUTAGE);
      proxy.leadTo(primary.port);
    },
    mayFail: 0,
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
    name: 'the network swallows everything, and recovers',
    inject: async () => {
      await proxy.setMode('blackhole');
      await pause(OUTAGE);
      await proxy.setMode('ok');
      proxy.killAll();
    },
    mayFail: VISITORS,
  },
  {
    name: 'the application leaves a transaction open on every connection',
    inject: async (pool) => {
      const clients = await Promise.all(Array.from({ length: VISITORS }, () => pool.connect()));
      await Promise.all(clients.map((client) => client.query('BEGIN')));
      for (const client of clients) client.release();
    },
    mayFail: 0,
  },
];

interface Visit {
  readonly status: number;
  readonly sentAt: number;
  readonly answeredAt: number;
}

async function visitAgainAndAgain(visitor: Browser, visits: Visit[], isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const sentAt = performance.now();
    const { status } = await visitor.post('/visits');
    visits.push({ status, sentAt, answeredAt: performance.now() });
    await pause(20);
  }
}

describe('Sessions in PostgreSQL heal', () => {
  it.each(faults)('when $name', async ({ name, inject, mayFail }) => {
    const url = new URL(primary.url);
    url.port = String(proxy.port);
    url.searchParams.set('application_name', 'visited');
    const pool = new pg.Pool({ connectionString: url.href, connectionTimeoutMillis: STORE_TIMEOUT });
    const app = await TestApp.start({
      controllers: [VisitsController],
      sessions: { store: new PostgresStore({ pool, createTable: true }), storeTimeout: STORE_TIMEOUT },
    });
    const visitors = Array.from({ length: VISITORS }, () => app.browser());
    await Promise.all(visitors.map((visitor) => visitor.post('/visits')));

    const visits: Visit[] = [];
    const state = { isOver: false };
    const visiting = visitors.map((visitor) => visitAgainAndAgain(visitor, visits, () => state.isOver));
    await inject(pool);
    const over = performance.now();
    const answered = (): Visit[] => visits.filter(({ sentAt, status }) => status === 201 && sentAt > over);
    while (answered().length < 3 * VISITORS) await pause(10);
    state.isOver = true;
    await Promise.all(visiting);
    await app.close();
    await pool.end();

    const failed = visits.filter(({ status }) => status !== 201);
    const after = failed.filter(({ sentAt }) => sentAt > over);
    const served = visits.filter(({ status, answeredAt }) => status === 201 && answeredAt > over);
    const next = Math.min(...served.map(({ answeredAt }) => answeredAt - over));
    const slowest = Math.max(...served.map(({ sentAt, answeredAt }) => answeredAt - sentAt));
    if (process.env['NESTJS_SESSIONS_FIGURES'] !== undefined) {
      process.stderr.write(
        `| ${name} | ${failed.length - after.length} | ${after.length} | ${Math.round(next)} ms | ${Math.round(slowest)} ms |\n`,
      );
    }
    expect(failed.map(({ status }) => status)).toEqual(failed.map(() => 503));
    expect(after.length).toBeLessThanOrEqual(mayFail);
  });
});
