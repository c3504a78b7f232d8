import type { Backend } from './places.js';

export interface Contender {
  readonly name: string;
  readonly kind: 'floor' | 'peer' | 'ours';
  readonly platform: 'express' | 'fastify';
  /** What the application is told to open. */
  readonly store: string;
  readonly backend: Backend;
  /** Whether it can be told to remove what has expired. */
  readonly cleansUp: boolean;
}

/** Two that are compared slice by slice. */
export interface Duel {
  readonly name: string;
  readonly ours: Contender;
  readonly rival: Contender;
}

export interface Group {
  readonly name: string;
  readonly duels: readonly Duel[];
  /** Those whose losses, growth and clean-up are measured. */
  readonly contenders: readonly Contender[];
}

const PEERS: Readonly<Record<Contender['platform'], string>> = {
  express: './peers/express-session.app.js',
  fastify: './peers/fastify-session.app.js',
};

export function appOf({ kind, platform }: Contender): URL {
  const apps = { floor: './apps/bare.app.js', ours: './apps/ours.app.js', peer: PEERS[platform] };
  return new URL(apps[kind], import.meta.url);
}

const bare: Contender = {
  name: 'bare Nest',
  kind: 'floor',
  platform: 'express',
  store: '',
  backend: 'none',
  cleansUp: false,
};
const memory = ours('memory', 'none', 'MemoryStore');
const theirMemory = peer('MemoryStore', 'none');
const cacheManager: Contender = { ...ours('cache-manager', 'none', 'CacheManagerStore'), cleansUp: false };
const pg = ours('pg', 'postgres', 'PostgresStore');
const theirPg = peer('connect-pg-simple', 'postgres');
const theirPgWithoutTouch = peer('connect-pg-simple without touch', 'postgres');
const memcached = ours('memcached', 'memcached', 'MemcachedStore');
const theirMemcached = peer('connect-memcached', 'memcached');
const ioredis = ours('ioredis', 'redis', 'RedisStore on ioredis');
const nodeRedis = ours('node-redis', 'redis', 'RedisStore on node-redis');
const theirIoredis = peer('connect-redis 7 on ioredis', 'redis');
const theirNodeRedis = peer('connect-redis 9 on node-redis', 'redis');
const file = ours('file', 'directory', 'FileStore');
const theirFile = peer('session-file-store', 'directory');
const onFastify: Contender = { ...memory, name: 'ours, MemoryStore on Fastify', platform: 'fastify' };
const theirFastify: Contender = { ...theirMemory, name: '@fastify/session, its own store', platform: 'fastify' };

export const groups: readonly Group[] = [
  {
    name: 'memory',
    duels: [
      { name: 'memory', ours: memory, rival: theirMemory },
      { name: 'bare Nest', ours: memory, rival: bare },
    ],
    contenders: [memory, theirMemory, peer('memorystore', 'none'), cacheManager],
  },
  {
    name: 'PostgreSQL',
    duels: [
      { name: 'PostgreSQL', ours: pg, rival: theirPg },
      { name: 'PostgreSQL, they without touch', ours: pg, rival: theirPgWithoutTouch },
    ],
    contenders: [pg, theirPg, theirPgWithoutTouch, ours('typeorm', 'postgres', 'PostgresStore on TypeORM')],
  },
  {
    name: 'memcached',
    duels: [{ name: 'memcached', ours: memcached, rival: theirMemcached }],
    contenders: [memcached, theirMemcached],
  },
  {
    name: 'Redis',
    duels: [
      { name: 'Redis, node-redis', ours: nodeRedis, rival: theirNodeRedis },
      { name: 'Redis, ioredis', ours: ioredis, rival: theirIoredis },
    ],
    contenders: [nodeRedis, theirNodeRedis, ioredis, theirIoredis],
  },
  {
    name: 'file',
    duels: [{ name: 'file', ours: file, rival: theirFile }],
    contenders: [file, theirFile],
  },
  {
    name: 'Fastify',
    duels: [{ name: 'Fastify, @fastify/session', ours: onFastify, rival: theirFastify }],
    contenders: [],
  },
];

function ours(store: string, backend: Backend, name: string): Contender {
  return {
    name: `ours, ${name}`,
    kind: 'ours',
    platform: 'express',
    store,
    backend,
    cleansUp: backend !== 'memcached' && backend !== 'redis',
  };
}

function peer(store: string, backend: Backend): Contender {
  return {
    name: `express-session, ${store}`,
    kind: 'peer',
    platform: 'express',
    store,
    backend,
    cleansUp: backend === 'none' || backend === 'postgres',
  };
}
