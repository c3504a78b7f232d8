import { Controller, Post } from '@nestjs/common';
import { Session } from 'nestjs-sessions';
import { createTableSql, PostgresStore, type PostgresStoreOptions } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { Gate } from '../support/basics/gate.js';
import { TestApp } from '../support/http/test-app.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';

const POOL = 3;

let dataSource: DataSource;
let inside = 0;
let everybody = new Gate();

@Controller()
class OrdersController {
  /** Saves the session inside of a transaction of its own, when as many do so as the pool has connections. */
  @Post('orders') async order(@Session() session: Session): Promise<void> {
    await dataSource.transaction(async () => {
      inside += 1;
      if (inside === POOL) everybody.open();
      await everybody.pass();
      session.set('ordered', true);
      await session.save();
    });
  }
}

describe('A session that is saved inside of a transaction of the application', () => {
  let database: PostgresDatabase;
  beforeAll(async () => {
    database = await PostgresDatabase.create();
    await database.query(createTableSql());
  });
  beforeEach(async () => {
    [inside, everybody] = [0, new Gate()];
    dataSource = await new DataSource({ type: 'postgres', url: database.url, poolSize: POOL }).initialize();
  });
  afterEach(() => dataSource.destroy());
  afterAll(() => database.drop());

  async function order(options: PostgresStoreOptions): Promise<{ statuses: number[]; warnings: string[] }> {
    const store = new PostgresStore(options);
    const app = await TestApp.start({ controllers: [OrdersController], sessions: { store } });
    const replies = await Promise.all(Array.from({ length: POOL }, () => app.browser().post('/orders')));
    await app.close();
    return { statuses: replies.map(({ status }) => status), warnings: app.logs.matching(/pool of its own/, 'warn') };
  }

  it('needs a second connection of a shared pool: when there is none, the log says what to do', async () => {
    const { statuses, warnings } = await order({ dataSource, operationTimeout: 500 });
    expect(statuses).toContain(503);
    expect(warnings).toEqual([expect.stringMatching(/no connection became free within 500 ms.*connectionString/)]);
  });

  it('needs none of them where the store has a pool of its own', async () => {
    expect(await order({ connectionString: database.url })).toEqual({ statuses: [201, 201, 201], warnings: [] });
  });
});
