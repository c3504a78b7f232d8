import { once } from 'node:events';
import { MemcachedServer } from './memcached-server.js';
import { PostgresDatabase } from './postgres-database.js';
import { RedisServer } from './redis-server.js';

/*
 * For programs that need the servers of the tests and are no tests: finds or starts them, prints where they are as JSON, and
 * takes them away again when its standard input ends.
 */

const [database, memcached, redisUrl] = await Promise.all([
  PostgresDatabase.create(),
  MemcachedServer.shared(),
  RedisServer.sharedUrl(),
]);
console.log(JSON.stringify({ DATABASE_URL: database.url, MEMCACHED: memcached.address, REDIS_URL: redisUrl }));
await once(process.stdin.resume(), 'end');
await database.drop();
await memcached.stop();
process.exit();
