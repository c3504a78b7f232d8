import { SessionsConfigError } from '../../errors/index.js';
import { missingMethods } from '../../options/validate.js';

/** What `CacheManagerStore` uses of a cache of cache-manager, version 6 or later. */
export interface SessionCache {
  /** Its Keyv objects: exactly one. */
  readonly stores: readonly SessionKeyv[];
}

/** What the store uses of a Keyv, version 5.5 or later. */
export interface SessionKeyv {
  /** Where the values are kept. */
  readonly store: unknown;
  readonly opts?: { readonly emitErrors?: boolean };
  getRaw(key: string): Promise<{ readonly value?: unknown } | undefined>;
  set(key: string, value: string, ttl: number): Promise<boolean>;
  deserializeData(data: unknown): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

/** @throws SessionsConfigError when it cannot keep sessions. */
export function keyvOf(cache: Partial<SessionCache> | undefined): SessionKeyv {
  const stores = cache?.stores;
  const [keyv, ...others] = isList(stores) ? stores : [];
  if (keyv === undefined) {
    throw new SessionsConfigError(
      'CacheManagerStore needs a cache of cache-manager 6 or later, such as CACHE_MANAGER of @nestjs/cache-manager.',
    );
  }
  if (others.length > 0 || hasSecondTier(keyv)) {
    throw new SessionsConfigError(
      'CacheManagerStore needs a cache with one store. One of several tiers answers from the memory of this process, ' +
        'where a session that another process has changed, or logged out, goes on as it was.',
    );
  }
  if (missingMethods(keyv, ['getRaw', 'set', 'deserializeData', 'on']).length > 0) {
    throw new SessionsConfigError('CacheManagerStore needs a cache whose store is a Keyv of version 5.5 or later.');
  }
  if (keyv.opts?.emitErrors === false) {
    throw new SessionsConfigError(
      'CacheManagerStore needs a Keyv with emitErrors: some backends report an outage in no other way, ' +
        'and it would be taken for a missing session.',
    );
  }
  return keyv;
}

function isList(stores: readonly SessionKeyv[] | undefined): stores is readonly SessionKeyv[] {
  return Array.isArray(stores);
}

/** A Cacheable looks like a Keyv, and answers from its first tier, which is the memory of this process. */
function hasSecondTier(keyv: unknown): boolean {
  return typeof keyv === 'object' && keyv !== null && 'secondary' in keyv;
}
