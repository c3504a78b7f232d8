import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createTableSql, PostgresStore } from 'nestjs-sessions/postgres';
import type { Browser, Reply } from '../support/http/browser.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { TestApp } from '../support/http/test-app.js';
import { VisitsController } from './apps/visits.controller.js';

const ROLE = 'nestjs_sessions_lost_table';

describe('A table that is lost while sessions are served', () => {
  let database: PostgresDatabase;
  let pool: pg.Pool;
  let app: TestApp;
  let visitors: Browser[];

  beforeEach(async () => {
    database = await PostgresDatabase.create();
    await database.query(createTableSql());
    await database.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'x'`);
    await database.query(`GRANT ALL ON nestjs_sessions TO ${ROLE}`);
    pool = new pg.Pool({ connectionString: database.urlWith({ user: ROLE, password: 'x' }) });
    app = await TestApp.start({
      controllers: [VisitsController],
      // A lock that cannot be let go of ends with its lease, long before those who wait for it give up.
      sessions: { store: new PostgresStore({ pool }), lock: { lease: 1_000 } },
    });
    visitors = Array.from({ length: 5 }, () => app.browser());
  });
  afterEach(async () => {
    await app.close();
    await pool.end();
    await database.query(`DROP OWNED BY ${ROLE}; DROP ROLE ${ROLE}`);
    await database.drop();
  });

  it.each([
    ['it is dropped', 'DROP TABLE nestjs_sessions', createTableSql(), /There is no table "nestjs_sessions"/],
    ['a privilege is taken away', `REVOKE UPDATE ON nestjs_sessions FROM ${ROLE}`, '', /lacks privileges/],
  ])('fails requests until it is back, and the store says once what to run: %s', async (_, lose, makeAgain, advice) => {
    let state = 'there';
    const replies: { asked: string; reply: Reply }[] = [];
    const visiting = visitors.map(async (visitor) => {
      while (state !== 'over') {
        const asked = state;
        replies.push({ asked, reply: await visitor.post('/visits') });
      }
    });
    const untilAnswered = async (status: number, asked: string): Promise<void> => {
      const isIt = (entry: (typeof replies)[number]): boolean => entry.reply.status === status && entry.asked === asked;
      while (replies.filter(isIt).length < 20) await pause(5);
    };
    await untilAnswered(201, 'there');
    await database.query(lose);
    state = 'lost';
    await untilAnswered(503, 'lost');
    await database.query(`${makeAgain}; GRANT ALL ON nestjs_sessions TO ${ROLE}`);
    state = 'back';
    await untilAnswered(201, 'back');
    state = 'over';
    await Promise.all(visiting);

    for (const { asked, reply } of replies) {
      if (asked === 'back') expect(reply.status).toBe(201);
      if (reply.status === 201) continue;
      expect(reply).toMatchObject({ status: 503, setCookies: [] });
      expect(reply.text).not.toContain('nestjs_sessions');
    }
    expect(app.logs.matching(advice).filter((line) => line.startsWith('PostgresStore: '))).toHaveLength(1);
  });
});
