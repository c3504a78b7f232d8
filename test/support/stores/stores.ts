import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore, MemoryStore, type SessionStore } from 'nestjs-sessions';

/** A place for sessions that tests can open stores on, from several processes where the store serves several. */
export interface StorePlace {
  /** Handed to `openStore()` by a child process. */
  readonly spec: string;
  /** Another store on this place. */
  open(): SessionStore;
  /** Makes what is stored so many milliseconds older: where a server's own clock decides, which no test can move. */
  age?(milliseconds: number): Promise<void>;
  dispose(): Promise<void>;
}

export interface StoreKind {
  readonly name: string;
  /** Whether several processes can share a place. */
  readonly isShared: boolean;
  /** Whether each operation is a trip to a server, so that a test does fewer of them. */
  readonly isRemote: boolean;
  /** Whether it counts and cleans up its sessions. */
  readonly isCounting: boolean;
  /** Whether it goes by a clock of its own, as a database does, and not by the application's. */
  readonly hasOwnClock: boolean;
  prepare(): Promise<StorePlace>;
}

/*
 * What a place is on and its client are loaded when a test asks for the place: pg, TypeORM and the others take longer to load than
 * most tests take.
 */

const memory: StoreKind = {
  name: 'memory',
  isShared: false,
  isRemote: false,
  isCounting: true,
  hasOwnClock: false,
  prepare: () => Promise.resolve({ spec: 'memory', open: () => new MemoryStore(), dispose: () => Promise.resolve() }),
};

const file: StoreKind = {
  name: 'file',
  isShared: true,
  isRemote: false,
  isCounting: true,
  hasOwnClock: false,
  prepare: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-sessions-'));
    return {
      spec: `file:${directory}`,
      open: () => new FileStore({ directory }),
      dispose: () => rm(directory, { recursive: true, force: true }),
    };
  },
};

const pg: StoreKind = {
  name: 'postgres (pg)',
  isShared: true,
  isRemote: true,
  isCounting: true,
  hasOwnClock: true,
  prepare: async () => (await import('./postgres-place.js')).preparePgPlace(),
};

const typeorm: StoreKind = {
  ...pg,
  name: 'postgres (typeorm)',
  prepare: async () => (await import('./typeorm-place.js')).prepareTypeormPlace(),
};

const memcached: StoreKind = {
  name: 'memcached',
  isShared: true,
  isRemote: true,
  isCounting: false,
  hasOwnClock: false,
  prepare: async () => (await import('./memcached-place.js')).prepareMemcachedPlace(),
};

const redis: StoreKind = {
  name: 'redis (ioredis)',
  isShared: true,
  isRemote: true,
  isCounting: false,
  hasOwnClock: true,
  prepare: async () => (await import('./redis-place.js')).prepareRedisPlace('ioredis'),
};

const nodeRedis: StoreKind = {
  ...redis,
  name: 'redis (node-redis)',
  prepare: async () => (await import('./redis-place.js')).prepareRedisPlace('node-redis'),
};

const cacheManager: StoreKind = {
  name: 'cache-manager',
  isShared: false,
  isRemote: false,
  isCounting: false,
  hasOwnClock: false,
  prepare: async () => {
    const { openCacheManager } = await import('./cache-manager-place.js');
    return { spec: 'cache-manager', open: openCacheManager, dispose: () => Promise.resolve() };
  },
};

/**
 * Promises that a store has a part in are tested on each of these: `describe.each(storeKinds)('... on $name', (kind) => ...)`;
 * `test/matrix.md` says which they are.
 */
export const storeKinds: readonly StoreKind[] = [memory, file, pg, memcached, redis];

/** For the few that even another way to the same server, and a cache that keeps the lock beside it, might break. */
export const everyStoreKind: readonly StoreKind[] = [...storeKinds, typeorm, nodeRedis, cacheManager];

/** Those that several processes can share. */
export const sharedStoreKinds = storeKinds.filter(({ isShared }) => isShared);

/** Those that count and clean up. */
export const countingStoreKinds = storeKinds.filter(({ isCounting }) => isCounting);

/** The store of a child process, on a place that its parent has prepared. */
export async function openStore(spec: string): Promise<SessionStore> {
  const [kind, where = ''] = spec.split(/:(.*)/s);
  switch (kind) {
    case 'memory':
      return new MemoryStore();
    case 'file':
      return new FileStore({ directory: where });
    case 'pg':
      return (await import('./postgres-place.js')).openPg(where);
    case 'typeorm':
      return (await import('./typeorm-place.js')).openTypeorm(where);
    case 'memcached':
      return (await import('./memcached-place.js')).openMemcached(where);
    case 'ioredis':
    case 'node-redis':
      return (await import('./redis-place.js')).openRedis(kind, where);
    default:
      throw new Error(`There is no store for ${spec}`);
  }
}
