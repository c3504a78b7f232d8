import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createTableSql, PostgresStore } from 'nestjs-sessions/postgres';
import type { Browser, Reply } from '../support/browser.js';
import { PostgresDatabase } from '../support/postgres-database.js';
import { TestApp } from '../support/test-app.js';
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
    app = await TestApp.start({ controllers: [VisitsController], sessions: { store: new PostgresStore({ pool }) } });
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
  ])('fails requests until it is back, and the log says once what to run: %s', async (_, lose, makeAgain, advice) => {
    const load = { isOver: false };
    const replies: Reply[] = [];
    const visiting = visitors.map(async (visitor) => {
      while (!load.isOver) replies.push(await visitor.post('/visits'));
    });
    await pause(100);
    await database.query(lose);
    await pause(200);
    await database.query(`${makeAgain}; GRANT ALL ON nestjs_sessions TO ${ROLE}`);
    await pause(200);
    load.isOver = true;
    await Promise.all(visiting);

    expect([...new Set(replies.map(({ status }) => status))].sort()).toEqual([201, 503]);
    const failed = replies.filter(({ status }) => status === 503);
    expect(failed.length).toBeGreaterThan(5);
    for (const { setCookies, text } of failed) {
      expect(setCookies).toEqual([]);
      expect(text).not.toContain('nestjs_sessions');
    }
    expect(replies.slice(-5).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(app.logs.matching(advice).filter((line) => line.startsWith('PostgresStore: '))).toHaveLength(1);
  });
});
