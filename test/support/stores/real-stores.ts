import { createCache } from 'cache-manager';
import type { SessionStore, StartableStore } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { FileStore } from '../../../lib/stores/file/file.store.js';
import { MemoryStore } from '../../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';
import { MemcacheKeyv } from './memcache-keyv.js';
import { MemcachedServer } from '../servers/memcached-server.js';
import { PostgresDatabase } from '../servers/postgres-database.js';
import { RedisServer } from '../servers/redis-server.js';
import { redisClients } from './redis-clients.js';
import { OwnClientRedisStore } from './redis-place.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { temporaryDirectory } from '../basics/temporary-directory.js';

type Name = 'memory' | 'file' | 'PostgreSQL' | 'memcached' | 'Redis' | 'cache-manager';

/** A store of each kind, started, on real servers and on one clock. */
export class RealStores {
  readonly clock = new ManualClock();
  readonly #stores = new Map<Name, SessionStore>();
  readonly #ends: (() => unknown)[] = [];

  static async start(): Promise<RealStores> {
    const stores = new RealStores();
    await stores.#start();
    return stores;
  }

  /** Memory first. */
  get all(): SessionStore[] {
    return [...this.#stores.values()];
  }

  of(name: Name): SessionStore {
    return this.#stores.get(name)!;
  }

  /** What was opened last is closed first. */
  async close(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }

  async #start(): Promise<void> {
    const database = await PostgresDatabase.create();
    this.#ends.push(() => database.drop());
    const server = await MemcachedServer.shared();
    this.#ends.push(() => server.stop());
    const cache = new MemcacheKeyv(server);
    this.#ends.push(() => cache.close());
    const redis = await RedisServer.start();
    this.#ends.push(() => redis.dispose());
    const postgres = new PostgresStore({ connectionString: database.url, createTable: true });
    const memcached = new MemcachedStore({ servers: server.address });
    const redisStore = new OwnClientRedisStore(redisClients.ioredis(redis.url));
    this.#ends.push(
      () => redisStore.close(),
      () => postgres.close(),
      () => memcached.close(),
    );

    await this.#add('memory', new MemoryStore());
    await this.#add('file', new FileStore({ directory: await temporaryDirectory(), fsync: 'none' }));
    await this.#add('PostgreSQL', postgres);
    await this.#add('memcached', memcached);
    await this.#add('Redis', redisStore);
    await this.#add('cache-manager', new CacheManagerStore({ cache: createCache({ stores: [cache.keyv] }) }));
  }

  async #add(name: Name, store: SessionStore & Partial<StartableStore>): Promise<void> {
    await store.start?.({ clock: this.clock, logger: new RecordingLogger() });
    this.#stores.set(name, store);
  }
}
