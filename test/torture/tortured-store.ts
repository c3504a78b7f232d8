import { FileStore, type SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { RememberingStore } from './remembering-store.js';

/** Where sessions are, as one process is told it. */
export type StoreSpec =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly directory: string }
  | { readonly kind: 'postgres' | 'postgres-typeorm'; readonly url: string }
  | { readonly kind: 'memcached'; readonly address: string };

export async function openTorturedStore(spec: StoreSpec): Promise<SessionStore> {
  switch (spec.kind) {
    case 'memory':
      return new RememberingStore();
    case 'file':
      return new FileStore({ directory: spec.directory });
    case 'postgres':
      return new PostgresStore({ connectionString: spec.url, createTable: true });
    case 'postgres-typeorm': {
      const dataSource = new DataSource({ type: 'postgres', url: spec.url, connectTimeoutMS: 2_000 });
      return new PostgresStore({ dataSource: await dataSource.initialize(), createTable: true });
    }
    case 'memcached':
      return new MemcachedStore({ servers: spec.address });
  }
}
