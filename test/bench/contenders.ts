import type { Backend } from './places.js';

export interface Contender {
  readonly name: string;
  readonly kind: 'floor' | 'peer' | 'ours';
  /** What the application is told to open. */
  readonly store: string;
  readonly backend: Backend;
  /** Whether it can be told to remove what has expired. */
  readonly cleansUp: boolean;
}

/** Those that are compared with each other, and so run at the same time. */
export interface Group {
  readonly name: string;
  /** The first one of ours and the first peer are compared in the README. */
  readonly contenders: readonly Contender[];
}

const APPS: Readonly<Record<Contender['kind'], string>> = {
  floor: './apps/bare.app.js',
  ours: './apps/ours.app.js',
  peer: './peers/express-session.app.js',
};

export function appOf({ kind }: Contender): URL {
  return new URL(APPS[kind], import.meta.url);
}

const bare: Contender = { name: 'bare Nest', kind: 'floor', store: '', backend: 'none', cleansUp: false };

export const groups: readonly Group[] = [
  {
    name: 'memory',
    contenders: [
      bare,
      ours('memory', 'none', 'MemoryStore'),
      peer('MemoryStore', 'none'),
      peer('memorystore', 'none'),
      { ...ours('cache-manager', 'none', 'CacheManagerStore'), cleansUp: false },
    ],
  },
  {
    name: 'PostgreSQL',
    contenders: [
      bare,
      ours('pg', 'postgres', 'PostgresStore'),
      peer('connect-pg-simple', 'postgres'),
      peer('connect-pg-simple without touch', 'postgres'),
      ours('typeorm', 'postgres', 'PostgresStore on TypeORM'),
    ],
  },
  {
    name: 'memcached',
    contenders: [bare, ours('memcached', 'memcached', 'MemcachedStore'), peer('connect-memcached', 'memcached')],
  },
  {
    name: 'file',
    contenders: [bare, ours('file', 'directory', 'FileStore'), peer('session-file-store', 'directory')],
  },
];

function ours(store: string, backend: Backend, name: string): Contender {
  return { name: `ours, ${name}`, kind: 'ours', store, backend, cleansUp: backend !== 'memcached' };
}

function peer(store: string, backend: Backend): Contender {
  return {
    name: `express-session, ${store}`,
    kind: 'peer',
    store,
    backend,
    cleansUp: backend === 'none' || backend === 'postgres',
  };
}
