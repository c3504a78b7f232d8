import { KeyvMemcache } from '@keyv/memcache';
import { Keyv } from 'keyv';

/** In the memcached that MEMCACHED_SERVER names; without it, in memory. */
export function cacheFromEnvironment(): { stores: Keyv[] } {
  const server = process.env['MEMCACHED_SERVER'];
  if (server === undefined) return { stores: [new Keyv()] };
  return { stores: [new Keyv({ store: new KeyvMemcache(server) })] };
}
