import { createCache } from 'cache-manager';
import type { SessionStore, StartableStore } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { FileStore } from '../../lib/stores/file.store.js';
import { MemoryStore } from '../../lib/stores/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { MemcacheKeyv } from './memcache-keyv.js';
import { MemcachedServer } from './memcached-server.js';
import { PostgresDatabase } from './postgres-database.js';
import { RecordingLogger } from './recording-logger.js';
import { temporaryDirectory } from './temporary-directory.js';

export interface RealStore {
  readonly name: 'memory' | 'file' | 'PostgreSQL' | 'memcached' | 'cache-manager';
  readonly store: SessionStore;
  /** Whether it goes by the clock of the application alone, so that a test can let time pass. */
  readonly isClockManual: boolean;
}

export interface RealStores {
  readonly clock: ManualClock;
  /** Memory first. */
  readonly all: readonly RealStore[];
  close(): Promise<void>;
}

/** A store of each kind, started, on real servers and on one clock. */
export async function startRealStores(): Promise<RealStores> {
  const clock = new ManualClock();
  const memcached = await MemcachedServer.shared();
  const database = await PostgresDatabase.create();
  const keyv = new MemcacheKeyv(memcached);
  const postgres = new PostgresStore({ connectionString: database.url, createTable: true });
  const client = new MemcachedStore({ servers: memcached.address });
  const all: RealStore[] = [
    { name: 'memory', store: new MemoryStore(), isClockManual: true },
    {
      name: 'file',
      store: new FileStore({ directory: await temporaryDirectory(), fsync: 'none' }),
      isClockManual: true,
    },
    { name: 'PostgreSQL', store: postgres, isClockManual: false },
    { name: 'memcached', store: client, isClockManual: false },
    {
      name: 'cache-manager',
      store: new CacheManagerStore({ cache: createCache({ stores: [keyv.keyv] }) }),
      isClockManual: false,
    },
  ];
  for (const { store } of all) {
    await (store as Partial<StartableStore>).start?.({ clock, logger: new RecordingLogger() });
  }
  const close = async (): Promise<void> => {
    await Promise.all([postgres.close(), client.close()]);
    keyv.close();
    await memcached.stop();
    await database.drop();
  };
  return { clock, all, close };
}
