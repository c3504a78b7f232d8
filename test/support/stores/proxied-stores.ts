import type { SessionStore } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import type { FaultProxy } from '../servers/fault-proxy.js';
import { proxiedDatabase, proxiedMemcached, proxiedRedis } from '../servers/proxied-servers.js';
import { openSharedWay, type SHARED_WAYS, type WaySettings } from './postgres-ways.js';
import { redisClients, type RedisPackage } from './redis-clients.js';
import { OwnClientRedisStore } from './redis-place.js';

/** A store with a fault proxy between it and its server. */
export interface ProxiedStore {
  readonly store: SessionStore;
  readonly proxy: FaultProxy;
  close(): Promise<void>;
}

export interface ProxiedStoreOptions {
  /** At most; memcached has one. */
  readonly connections?: number;
  /** Milliseconds after which the store gives an operation up. */
  readonly timeout?: number;
}

async function onPostgres(
  way: (typeof SHARED_WAYS)[number],
  settings: Omit<WaySettings, 'url'>,
): Promise<ProxiedStore> {
  const { database, proxy, url } = await proxiedDatabase();
  const { options, end } = await openSharedWay(way, { url, ...settings });
  const close = async (): Promise<void> => {
    // A pool waits for its connections, also for those that the proxy let nothing through.
    proxy.close();
    await end();
    await database.drop();
  };
  return { store: new PostgresStore(options), proxy, close };
}

export function throughPg(options: ProxiedStoreOptions = {}): Promise<ProxiedStore> {
  return onPostgres('a pool', options);
}

export function throughTypeorm(options: ProxiedStoreOptions = {}): Promise<ProxiedStore> {
  return onPostgres('TypeORM', options);
}

export async function onMemcached({ timeout = 2_000 }: ProxiedStoreOptions = {}): Promise<ProxiedStore> {
  const { proxy, options } = await proxiedMemcached();
  const store = new MemcachedStore({ ...options, commandTimeout: timeout });
  const close = async (): Promise<void> => proxy.close();
  return { store, proxy, close };
}

export function onRedis(way: RedisPackage): (options?: ProxiedStoreOptions) => Promise<ProxiedStore> {
  return async ({ timeout = 2_000 } = {}) => {
    const { proxy, url, prefix } = await proxiedRedis();
    const store = new OwnClientRedisStore(redisClients[way](url, { deadline: timeout, isImpatient: true }), { prefix });
    return { store, proxy, close: async () => proxy.close() };
  };
}
