export { MemcachedStore } from './memcached.store.js';
export type { MemcachedStoreOptions } from './memcached-store-options.js';
export type { MemcachedClient, MemcachedValue } from './connection/client.js';
