import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { FileStore, MemoryStore, type SessionStore } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { openMemcachedPlace, prepareMemcachedPlace } from './memcached-place.js';
import { openPgPlace, openTypeormPlace, preparePostgresPlace } from './postgres-place.js';

/** A place for sessions that tests can open stores on, from several processes where the store serves several. */
export interface StorePlace {
  /** Handed to `openStore()`, also in a child process. */
  readonly spec: string;
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
  /** Whether it keeps every string: text in a database has no NUL, and neither has a session, which is JSON. */
  readonly keepsNul: boolean;
  prepare(): Promise<StorePlace>;
}

const memory: StoreKind = {
  name: 'memory',
  isShared: false,
  isRemote: false,
  isCounting: true,
  hasOwnClock: false,
  keepsNul: true,
  prepare: () => Promise.resolve({ spec: 'memory', dispose: () => Promise.resolve() }),
};

const file: StoreKind = {
  name: 'file',
  isShared: true,
  isRemote: false,
  isCounting: true,
  hasOwnClock: false,
  keepsNul: true,
  prepare: async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nestjs-sessions-'));
    return { spec: `file:${directory}`, dispose: () => rm(directory, { recursive: true, force: true }) };
  },
};

const pg: StoreKind = {
  name: 'postgres (pg)',
  isShared: true,
  isRemote: true,
  isCounting: true,
  hasOwnClock: true,
  keepsNul: false,
  prepare: () => preparePostgresPlace('pg'),
};

const typeorm: StoreKind = {
  ...pg,
  name: 'postgres (typeorm)',
  prepare: () => preparePostgresPlace('typeorm'),
};

const memcached: StoreKind = {
  name: 'memcached',
  isShared: true,
  isRemote: true,
  isCounting: false,
  hasOwnClock: false,
  keepsNul: true,
  prepare: () => prepareMemcachedPlace('memcached'),
};

const cacheManager: StoreKind = {
  name: 'cache-manager',
  isShared: false,
  isRemote: false,
  isCounting: false,
  hasOwnClock: false,
  keepsNul: true,
  prepare: () => Promise.resolve({ spec: 'cache-manager', dispose: () => Promise.resolve() }),
};

/** Promises in which the store matters are tested on each: `describe.each(storeKinds)('... on $name', (kind) => ...)`. */
export const storeKinds: readonly StoreKind[] = [memory, file, pg, typeorm, memcached, cacheManager];

/** Those that several processes can share. */
export const sharedStoreKinds = storeKinds.filter(({ isShared }) => isShared);

/** Those that count and clean up. */
export const countingStoreKinds = storeKinds.filter(({ isCounting }) => isCounting);

export function openStore(spec: string): SessionStore {
  const [kind, where = ''] = spec.split(/:(.*)/s);
  switch (kind) {
    case 'memory':
      return new MemoryStore();
    case 'file':
      return new FileStore({ directory: where });
    case 'pg':
      return openPgPlace(where);
    case 'typeorm':
      return openTypeormPlace(where);
    case 'memcached':
      return openMemcachedPlace(where);
    case 'cache-manager':
      return new CacheManagerStore({ cache: createCache({ stores: [new Keyv()] }) });
    default:
      throw new Error(`There is no store for ${spec}`);
  }
}
