/**
 * Sessions in memcached.
 *
 * @module nestjs-sessions/memcached
 */

export { MemcachedStore } from './memcached.store.js';
export type { MemcachedStoreOptions, MemcachedStoreSettings } from './memcached-store-options.js';
export type { MemcachedClient, MemcachedValue } from './connection/client.js';
