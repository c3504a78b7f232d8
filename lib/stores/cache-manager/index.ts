/**
 * Sessions in a cache of cache-manager.
 *
 * @module nestjs-sessions/cache-manager
 */

export { CacheManagerStore, type CacheManagerStoreOptions } from './cache-manager.store.js';
export type { SessionCache, SessionKeyv } from './session-cache.js';
