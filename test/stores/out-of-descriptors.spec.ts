import { createTableSql } from 'nestjs-sessions/postgres';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { PostgresDatabase } from '../support/servers/postgres-database.js';
import { runLimited } from '../support/processes/run-limited.js';

const file = new URL('../support/processes/out-of-descriptors.ts', import.meta.url);

describe('A process without a file descriptor for a connection', () => {
  it('gets an error from PostgresStore in time, and sessions as soon as it has one', async () => {
    const database = await PostgresDatabase.create();
    await database.query(createTableSql());
    expect(await runLimited(file, '-n 100', 'postgres', database.url)).toEqual({
      without: ['SessionStoreError: PostgreSQL failed: EMFILE'],
      isInTime: true,
      again: 'missing',
    });
    await database.drop();
  });

  it('gets an error from MemcachedStore in time, and sessions as soon as it has one', async () => {
    const server = await MemcachedServer.shared();
    expect(await runLimited(file, '-n 100', 'memcached', server.address)).toEqual({
      without: [expect.stringMatching(/^SessionStoreError: memcached failed: connect EMFILE/)],
      isInTime: true,
      again: 'missing',
    });
    await server.stop();
  });
});
