/**
 * Sessions in Redis or Valkey.
 *
 * @module nestjs-sessions/redis
 */

export { RedisStore } from './redis.store.js';
export type { RedisStoreOptions, RedisStoreSettings } from './redis-store-options.js';
export type { IoredisClient, NodeRedisClient, RedisClient, SendCommand } from './connection/clients.js';
