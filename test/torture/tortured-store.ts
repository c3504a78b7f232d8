import type pg from 'pg';
import { FileStore, type SessionStore } from 'nestjs-sessions';
import type { DataSource } from 'typeorm';
import { RememberingStore } from './remembering-store.js';

/** Where sessions are, as one process is told it. */
export type StoreSpec =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly directory: string }
  | { readonly kind: 'postgres' | 'postgres-typeorm'; readonly url: string }
  | { readonly kind: 'memcached'; readonly addresses: readonly string[] }
  | { readonly kind: 'redis' | 'node-redis'; readonly url: string };

/** A process that shares its connections with the store leaves transactions on them when it gets this. */
export const LEAVE_TRANSACTIONS = 'SIGUSR2';

/** A little more than the module waits for an answer. */
const operationTimeout = 5_500;

/** Of the clients of databases only the one that is needed is loaded: a process that was killed is soon there again. */
export async function openTorturedStore(spec: StoreSpec): Promise<SessionStore> {
  switch (spec.kind) {
    case 'memory':
      return new RememberingStore();
    case 'file':
      return new FileStore({ directory: spec.directory });
    case 'postgres': {
      const { PostgresStore } = await import('nestjs-sessions/postgres');
      return new PostgresStore({ connectionString: spec.url, createTable: true, operationTimeout });
    }
    case 'postgres-typeorm': {
      const [{ PostgresStore }, { DataSource }] = await Promise.all([
        import('nestjs-sessions/postgres'),
        import('typeorm'),
      ]);
      const dataSource = new DataSource({ type: 'postgres', url: spec.url, connectTimeoutMS: 2_000 });
      await dataSource.initialize();
      process.on(LEAVE_TRANSACTIONS, () => void leaveTransactions(dataSource));
      return new PostgresStore({ dataSource, createTable: true, operationTimeout });
    }
    case 'memcached': {
      const { MemcachedStore } = await import('nestjs-sessions/memcached');
      return new MemcachedStore({ servers: spec.addresses, commandTimeout: operationTimeout });
    }
    case 'redis':
    case 'node-redis': {
      const [{ redisClients }, { OwnClientRedisStore }] = await Promise.all([
        import('../support/stores/redis-clients.js'),
        import('../support/stores/redis-place.js'),
      ]);
      const way = spec.kind === 'redis' ? 'ioredis' : spec.kind;
      return new OwnClientRedisStore(redisClients[way](spec.url, { deadline: operationTimeout }));
    }
  }
}

const ignoreError = (): void => undefined;

/** As an application does that forgets to end what it began, and one that gives up after an error. */
async function leaveTransactions(dataSource: DataSource): Promise<void> {
  const { master } = dataSource.driver as unknown as { master: pg.Pool };
  for (const statement of ['SELECT 1', 'SELECT 1 / 0', 'SELECT 1']) {
    try {
      const client = await master.connect();
      // Other attacks cut it meanwhile.
      client.on('error', ignoreError);
      await client
        .query('BEGIN')
        .then(() => client.query(statement))
        .catch(ignoreError);
      client.removeListener('error', ignoreError);
      client.release();
    } catch {
      // It is under another attack too, and has no connection.
    }
  }
}
