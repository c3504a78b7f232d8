import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import type { SessionStore } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';

export function openCacheManager(): SessionStore {
  return new CacheManagerStore({ cache: createCache({ stores: [new Keyv()] }) });
}
