import { FileStore, MemoryStore, type SessionStore } from 'nestjs-sessions';

/**
 * The store that the benchmark names; `place` is where it is: a directory, a URL or an address. Each loads its own client, so
 * that the memory of a process is that of its store.
 */
export async function openStore(name: string, place: string): Promise<SessionStore> {
  switch (name) {
    case 'memory':
      return new MemoryStore({ maxSessions: 1_000_000 });
    case 'file':
      return new FileStore({ directory: place });
    case 'pg': {
      const { PostgresStore } = await import('nestjs-sessions/postgres');
      return new PostgresStore({ connectionString: place, createTable: true });
    }
    case 'typeorm': {
      const { PostgresStore } = await import('nestjs-sessions/postgres');
      const { DataSource } = await import('typeorm');
      const dataSource = await new DataSource({ type: 'postgres', url: place }).initialize();
      return new PostgresStore({ dataSource, createTable: true });
    }
    case 'memcached': {
      const { MemcachedStore } = await import('nestjs-sessions/memcached');
      return new MemcachedStore({ servers: place });
    }
    case 'ioredis': {
      const { RedisStore } = await import('nestjs-sessions/redis');
      const { Redis } = await import('ioredis');
      return new RedisStore({ client: new Redis(place) });
    }
    case 'node-redis': {
      const { RedisStore } = await import('nestjs-sessions/redis');
      const { createClient } = await import('redis');
      return new RedisStore({ client: await createClient({ url: place }).connect() });
    }
    case 'cache-manager': {
      const { CacheManagerStore } = await import('nestjs-sessions/cache-manager');
      const { createCache } = await import('cache-manager');
      return new CacheManagerStore({ cache: createCache() });
    }
    default:
      throw new Error(`There is no store "${name}"`);
  }
}
