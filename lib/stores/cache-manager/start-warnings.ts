import cluster from 'node:cluster';

/** How adapters of servers are called, such as `KeyvRedis` and `KeyvPostgres`. */
const SERVERS = /redis|valkey|memcache|postgres|mysql|mongo|etcd|dynamo/i;

/** What to say at start-up of a cache that keeps its values in `backend`: here nobody waits for an answer, and a mistake is cheap. */
export function startWarnings(backend: unknown): readonly string[] {
  const warnings: string[] = [];
  if (cluster.isWorker) {
    warnings.push(
      'session locks hold within one process, and this is one of several workers. ' +
        'Send each visitor to one worker, or take a store whose locks hold across processes.',
    );
  } else if (isOnServer(backend)) {
    warnings.push(
      'this cache is on a server, which other processes may use too, and session locks hold within one process. ' +
        'If several processes serve this application, updates get lost: take RedisStore of nestjs-sessions/redis, ' +
        'PostgresStore or MemcachedStore, whose locks hold across processes.',
    );
  }
  if (process.env['NODE_ENV'] === 'production' && backend instanceof Map) {
    warnings.push(
      'this cache is in the memory of this process, and keeps what has expired. ' +
        'Take MemoryStore, or give the cache a store such as @keyv/redis.',
    );
  }
  return warnings;
}

/** Whether the backend is plainly one that several processes can use at the same time. */
function isOnServer(backend: unknown): boolean {
  return typeof backend === 'object' && backend !== null && SERVERS.test(backend.constructor.name);
}
