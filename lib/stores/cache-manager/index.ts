export { CacheManagerStore, type CacheManagerStoreOptions } from './cache-manager.store.js';
export type { SessionCache, SessionKeyv } from './session-cache.js';
