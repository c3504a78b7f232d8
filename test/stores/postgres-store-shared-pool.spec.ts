import type pg from 'pg';
import { createTableSql } from 'nestjs-sessions/postgres';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { type PostgresTrial, tryPostgres } from '../support/stores/postgres-trial.js';
import { openSharedWay, type PostgresWay, SHARED_WAYS } from '../support/stores/postgres-ways.js';

const POOL = 3;

let database: PostgresDatabase;
beforeAll(async () => {
  database = await PostgresDatabase.create();
  await database.query(createTableSql());
});
afterAll(() => database.drop());

describe.each(SHARED_WAYS)('PostgresStore over %s that the application shares', (kind) => {
  let way: PostgresWay;
  let tried: PostgresTrial;
  /** Its sessions are those that are really there, whatever the store believes. */
  let other: PostgresTrial['trial'];
  beforeEach(async () => {
    way = await openSharedWay(kind, { url: database.url, connections: POOL });
    tried = await tryPostgres(way.options);
    ({ trial: other } = await tryPostgres({ pool: database.admin }));
  });
  afterEach(async () => {
    await tried.store.close();
    await way.end();
  });

  /** The application does this on every connection of the pool, and gives all of them back. */
  async function onAll(work: (client: pg.PoolClient) => Promise<unknown>): Promise<void> {
    const clients = await Promise.all(Array.from({ length: POOL }, () => way.pool.connect()));
    await Promise.all(clients.map(work));
    for (const client of clients) client.release();
  }

  async function storesAndReads(): Promise<void> {
    const sessions = await Promise.all(Array.from({ length: POOL }, () => tried.trial.given()));
    for (const { id } of sessions) {
      await other.found(id);
      await tried.trial.found(id);
    }
  }

  it('writes into no transaction that was left open, and says so', async () => {
    await onAll((client) => client.query('BEGIN'));
    await storesAndReads();
    expect(tried.logger.messages('warn')).toEqual([expect.stringContaining('in the middle of a transaction')]);
  });

  it('does its work although transactions were left that have failed', async () => {
    await onAll(async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT 1 / 0').catch(() => undefined);
    });
    await storesAndReads();
  });

  it('writes into no transaction that begins while the connection is given back', async () => {
    await onAll(async (client) => void client.query('BEGIN'));
    await storesAndReads();
  });

  it('does its work where the application set connections to read-only', async () => {
    await onAll((client) => client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY'));
    await storesAndReads();
  });

  it('does its work after the application has discarded prepared statements', async () => {
    await storesAndReads();
    await onAll((client) => client.query('DISCARD ALL'));
    await storesAndReads();
    expect(tried.logger.messages('warn')).toEqual([expect.stringContaining('DISCARD ALL')]);
  });

  it('with a `pg` that does not tell of transactions, asks again where one has failed', async () => {
    const hide = (client: object): unknown => Object.assign(client, { getTransactionStatus: undefined });
    way.pool.on('connect', hide);
    await onAll(async (client) => {
      hide(client);
      await client.query('BEGIN');
      await client.query('SELECT 1 / 0').catch(() => undefined);
    });
    await storesAndReads();
  });
});
