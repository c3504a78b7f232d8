export { CacheManagerStore, type CacheManagerStoreOptions } from './cache-manager.store.js';
export type { SessionCache, SessionKeyv } from './cache-manager-store.keyv.js';
