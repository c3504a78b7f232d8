import { Keyv } from 'keyv';
import { createCache } from 'cache-manager';
import { FileStore, MemoryStore } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { RedisStore } from 'nestjs-sessions/redis';
import { hasLeases } from '../../lib/interfaces/store-abilities.js';

/** No server is contacted before a store starts. */
const stores = {
  PostgresStore: () => new PostgresStore({ connectionString: 'postgres://localhost/none' }),
  MemcachedStore: () => new MemcachedStore({ servers: 'localhost:11211' }),
  RedisStore: () => new RedisStore({ send: () => Promise.resolve(null) }),
  MemoryStore: () => new MemoryStore(),
  FileStore: () => new FileStore({ directory: 'sessions' }),
  CacheManagerStore: () => new CacheManagerStore({ cache: createCache({ stores: [new Keyv()] }) }),
};

describe('A store whose locks outlive the process that holds them says so:', () => {
  it.each(['PostgresStore', 'MemcachedStore', 'RedisStore'] as const)('%s', (name) => {
    expect(hasLeases(stores[name]())).toBe(true);
  });

  it.each(['MemoryStore', 'FileStore', 'CacheManagerStore'] as const)('and not %s', (name) => {
    expect(hasLeases(stores[name]())).toBe(false);
  });
});
