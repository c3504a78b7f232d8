import { Controller, Post } from '@nestjs/common';
import pg from 'pg';
import { Session } from 'nestjs-sessions';
import { createTableSql, PostgresStore, type PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { Gate } from '../support/basics/gate.js';
import { startNotes } from '../support/http/notes-app.js';
import { PgBouncer } from '../support/servers/pgbouncer.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import type { TestApp } from '../support/http/test-app.js';
import { ALL_VISITS, visitOften } from './apps/visits.client.js';
import { VisitsController } from './apps/visits.controller.js';

const VISITORS = 20;

let database: PostgresDatabase;
let pgBouncer: PgBouncer;
beforeAll(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
  pgBouncer = await PgBouncer.start(database.url, 2);
});
afterAll(async () => {
  await pgBouncer.stop();
  await database.drop();
});

describe.each([
  {
    where: 'behind a pgbouncer that gives out connections by transaction',
    url: () => database.urlWith({ port: pgBouncer.port }),
    warnings: [expect.stringContaining('does not support prepared statements')],
    isolation: 'read committed',
  },
  {
    where: 'where transactions are repeatable reads',
    url: () => database.urlWith({ options: '-c default_transaction_isolation=repeatable\\ read' }),
    warnings: [],
    isolation: 'repeatable read',
  },
])('Sessions in PostgreSQL $where', ({ url, warnings, isolation }) => {
  let pool: pg.Pool;
  let apps: TestApp[];
  beforeEach(async () => {
    pool = new pg.Pool({ connectionString: url() });
    const start = (): Promise<TestApp> =>
      startNotes({ controllers: [VisitsController], sessions: { store: new PostgresStore({ pool }) } });
    apps = [await start(), await start()];
  });
  afterEach(async () => {
    // Its applications are closed after this, and do without.
    await pool.end();
  });

  it('are what is said of them: no visit of two applications is lost', async () => {
    expect((await pool.query('SHOW transaction_isolation')).rows).toEqual([{ transaction_isolation: isolation }]);
    const urls = apps.map((app) => app.url);

    expect(await visitOften(urls, '/visits?pause=2')).toEqual(ALL_VISITS);
    const warned = apps.flatMap(({ logs }) => logs.matching(/./, 'warn'));
    expect([...new Set(warned)]).toEqual(warnings);
  });

  it('are what is said of them: a login changes the id, and a logout is final', async () => {
    const visitor = apps[0]!.browser();
    await visitor.post('/notes', { colour: 'red' });
    const stranger = visitor.clone();
    await visitor.post('/login');
    const old = visitor.at(apps[1]!.url).clone();
    expect((await old.get('/notes')).json()).toEqual({ colour: 'red', user: 'ann' });
    expect((await stranger.get('/notes')).json()).toEqual({});

    await visitor.post('/logout');
    expect((await old.get('/notes')).json()).toEqual({});
  });
});

interface PoolOfOne {
  readonly options: PostgresStoreOptions;
  ask(): Promise<unknown>;
  end(): Promise<void>;
}

const ways: Record<string, () => Promise<PoolOfOne>> = {
  pg: () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 });
    return Promise.resolve({ options: { pool }, ask: () => pool.query('SELECT 1'), end: () => pool.end() });
  },
  TypeORM: async () => {
    const dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: 1 }).initialize();
    return { options: { dataSource }, ask: () => dataSource.query('SELECT 1'), end: () => dataSource.destroy() };
  },
};

let ask: PoolOfOne['ask'];
let inside = 0;
let everybody = new Gate();

@Controller()
class MeetingController {
  /** Goes on when the handlers of all visitors run at the same time. */
  @Post('meet') async meet(@Session() session: Session): Promise<boolean> {
    await ask();
    inside += 1;
    if (inside === VISITORS) everybody.open();
    await everybody.pass();
    await ask();
    session.set('met', inside);
    return session.locked;
  }
}

describe.each(Object.entries(ways))('Sessions in PostgreSQL over a pool of one, through %s,', (_, open) => {
  let way: PoolOfOne;
  beforeEach(async () => {
    way = await open();
    [ask, inside, everybody] = [way.ask, 0, new Gate()];
  });
  afterEach(() => way.end());

  it('hold no connection: twenty locked requests run side by side, and each asks the database meanwhile', async () => {
    const store = new PostgresStore(way.options);
    const app = await startNotes({ controllers: [MeetingController], sessions: { store, lock: { wait: 1_000 } } });
    const visitors = Array.from({ length: VISITORS }, () => app.browser());
    await Promise.all(visitors.map(async (visitor) => visitor.post('/notes', { user: 'ann' })));

    const replies = await Promise.all(visitors.map(async (visitor) => visitor.post('/meet')));
    expect(replies.map(({ status, text }) => [status, text])).toEqual(replies.map(() => [201, 'true']));
    for (const visitor of visitors) {
      expect((await visitor.get('/notes')).json()).toEqual({ user: 'ann', met: VISITORS });
    }
  });
});
