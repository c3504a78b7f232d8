import { SessionsConfigError } from '../errors/index.js';
import { MemoryStore } from '../stores/memory/memory.store.js';
import type { SessionStore } from '../stores/session-store.js';
import { isExpressSessionStore } from './express-session-options.js';
import { missingMethods } from './validate.js';

export const STORE_METHODS: readonly (keyof SessionStore)[] = [
  'load',
  'create',
  'update',
  'touch',
  'delete',
  'rotate',
  'tryLock',
  'renewLock',
  'unlock',
];

export function resolveStore(store: SessionStore | undefined): SessionStore {
  return store === undefined ? new MemoryStore() : checkStore(store);
}

/**
 * The option `store`, or what a test has put in its place.
 *
 * @throws SessionsConfigError that says which methods it lacks.
 */
export function checkStore(store: SessionStore): SessionStore {
  const missing = missingMethods(store, STORE_METHODS);
  if (missing.length > 0 && isExpressSessionStore(store)) {
    throw new SessionsConfigError(
      'store is one of express-session, which cannot lock: write new MemoryStore(), new FileStore({ directory }), or a store ' +
        'of nestjs-sessions/redis, /postgres, /memcached or /cache-manager',
    );
  }
  if (missing.length > 0) {
    throw new SessionsConfigError(
      `store must be a SessionStore, for example new FileStore({ directory }); it lacks ${missing.join(', ')}`,
    );
  }
  return store;
}
