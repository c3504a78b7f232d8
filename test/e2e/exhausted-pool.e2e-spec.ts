import { Controller, Post } from '@nestjs/common';
import pg from 'pg';
import { Session } from 'nestjs-sessions';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { TestApp } from '../support/http/test-app.js';

const TIMEOUT = 2_000;
const LONG = 60_000;

let pool: pg.Pool;
let handlersRun = 0;

@Controller()
class Pages {
  /** A handler with work of its own for the database, while its session is locked. */
  @Post('visits') async visit(@Session() session: Session): Promise<number> {
    handlersRun += 1;
    const visits = (session.get('visits') ?? 0) + 1;
    await pool.query('SELECT pg_sleep(0.005)');
    session.set('visits', visits);
    return visits;
  }
}

describe('A pool of one connection that the application shares with its sessions', () => {
  let database: PostgresDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await PostgresDatabase.create();
    pool = new pg.Pool({ connectionString: database.url, max: 1 });
  });
  beforeEach(() => (handlersRun = 0));
  afterEach(() => app.close());
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  async function start(storeTimeout: number): Promise<void> {
    const store = new PostgresStore({ pool, createTable: true });
    app = await TestApp.start({ controllers: [Pages], sessions: { store, storeTimeout } });
  }

  it('serves twenty locked sessions whose handlers query it', async () => {
    await start(LONG);
    const visitors = Array.from({ length: 20 }, () => app.browser());
    for (let round = 1; round <= 2; round += 1) {
      const replies = await Promise.all(visitors.map((visitor) => visitor.post('/visits')));
      expect(replies.map(({ status, text }) => [status, text])).toEqual(replies.map(() => [201, String(round)]));
    }
  });

  it('is waited for until storeTimeout when the application does not give it back, and used as soon as it does', async () => {
    await start(TIMEOUT);
    const visitor = app.browser();
    await visitor.post('/visits');
    handlersRun = 0;
    const taken = await pool.connect();

    const reply = await visitor.post('/visits');
    taken.release();
    expect(reply).toMatchObject({ status: 503, setCookies: [] });
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(handlersRun).toBe(0);
    expect(app.logs.matching(/did not answer within 2000 ms/)).toHaveLength(1);

    expect(await visitor.post('/visits')).toMatchObject({ status: 201, text: '2' });
  });
});
