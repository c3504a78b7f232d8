import session from 'express-session';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { LIFE } from '../apps/settings.js';
import { peersFolder } from './peers-folder.js';

export interface PeerStore {
  readonly store: session.Store;
  /** Its way to remove what has expired, where it has one that can be called. */
  cleanUp?(): Promise<unknown>;
}

interface PrunedStore extends session.Store {
  prune(): void;
}

interface PgStore extends session.Store {
  pruneSessions(done: (error: unknown) => void): void;
}

type RedisStoreClass = new (options: object) => session.Store;

interface ConnectingClient {
  connect(): Promise<unknown>;
}

/** What each package of a store exports. */
type StoreFactory = (use: typeof session) => new (options: object) => session.Store;

const requirePeer = createRequire(new URL('package.json', peersFolder));

/** The store that the benchmark names; `place` is where it is: a directory, a URL or an address. */
export function openPeerStore(name: string, place: string): PeerStore {
  switch (name) {
    case 'MemoryStore': {
      const store = new session.MemoryStore();
      // It removes what has expired when it lists all that it has, and has no other way.
      return { store, cleanUp: promisify(store.all.bind(store)) };
    }
    case 'memorystore': {
      const store = open('memorystore', {}) as PrunedStore;
      return { store, cleanUp: async () => store.prune() };
    }
    case 'session-file-store':
      return { store: open(name, { path: place, ttl: LIFE / 1_000, reapInterval: -1, logFn: () => undefined }) };
    case 'connect-pg-simple':
      return pgStore(place, false);
    case 'connect-pg-simple without touch':
      return pgStore(place, true);
    case 'connect-memcached':
      return { store: open(name, { hosts: [place], prefix: 'sessions:' }) };
    case 'connect-redis 9 on node-redis':
      return nodeRedisStore(place);
    case 'connect-redis 7 on ioredis':
      return ioredisStore(place);
    default:
      throw new Error(`There is no store "${name}"`);
  }
}

function pgStore(conString: string, disableTouch: boolean): PeerStore {
  const options = { conString, createTableIfMissing: true, pruneSessionInterval: false, disableTouch };
  const store = open('connect-pg-simple', options) as PgStore;
  return { store, cleanUp: promisify(store.pruneSessions.bind(store)) };
}

function nodeRedisStore(url: string): PeerStore {
  const { RedisStore } = requirePeer('connect-redis') as { RedisStore: RedisStoreClass };
  const { createClient } = requirePeer('redis') as { createClient(options: object): ConnectingClient };
  const client = createClient({ url });
  // Commands wait until it is connected.
  void client.connect();
  return { store: new RedisStore({ client, ttl: LIFE / 1_000 }) };
}

function ioredisStore(url: string): PeerStore {
  const { default: RedisStore } = requirePeer('connect-redis-7') as { default: RedisStoreClass };
  const { Redis } = requirePeer('ioredis') as { Redis: new (url: string) => object };
  return { store: new RedisStore({ client: new Redis(url), ttl: LIFE / 1_000 }) };
}

function open(name: string, options: object): session.Store {
  const Store = (requirePeer(name) as StoreFactory)(session);
  return new Store(options);
}
