import { FileStore, type SessionStore } from 'nestjs-sessions';
import { RememberingStore } from './remembering-store.js';

/** Where sessions are, as one process is told it. */
export type StoreSpec =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly directory: string }
  | { readonly kind: 'postgres' | 'postgres-typeorm'; readonly url: string }
  | { readonly kind: 'memcached'; readonly address: string };

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
      return new PostgresStore({ dataSource: await dataSource.initialize(), createTable: true, operationTimeout });
    }
    case 'memcached': {
      const { MemcachedStore } = await import('nestjs-sessions/memcached');
      return new MemcachedStore({ servers: spec.address, commandTimeout: operationTimeout });
    }
  }
}
