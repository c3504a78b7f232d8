import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { FileStore, MemoryStore } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { sessionsConfigErrorOf } from '../../support/http/config-error.js';

interface Store {
  readonly name: string;
  readonly make: (options?: unknown) => unknown;
  /** Options that it takes. */
  readonly good: object;
  /** One that is misspelt, and the one that was meant. */
  readonly misspelt: readonly [string, string];
}

const stores: readonly Store[] = [
  { name: 'MemoryStore', make: (o) => new MemoryStore(o as never), good: {}, misspelt: ['maxSesions', 'maxSessions'] },
  {
    name: 'FileStore',
    make: (o) => new FileStore(o as never),
    good: { directory: '/nowhere' },
    misspelt: ['fsnyc', 'fsync'],
  },
  {
    name: 'PostgresStore',
    make: (o) => new PostgresStore(o as never),
    good: { connectionString: 'postgres://localhost/nowhere' },
    misspelt: ['createTabel', 'createTable'],
  },
  {
    name: 'MemcachedStore',
    make: (o) => new MemcachedStore(o as never),
    good: { servers: 'localhost:11211' },
    misspelt: ['prefx', 'prefix'],
  },
  {
    name: 'CacheManagerStore',
    make: (o) => new CacheManagerStore(o as never),
    good: { cache: createCache({ stores: [new Keyv()] }) },
    misspelt: ['prefx', 'prefix'],
  },
];

describe.each(stores)('$name', ({ name, make, good, misspelt: [wrong, right] }) => {
  it('refuses an option that is misspelt, and says which was meant', () => {
    const message = sessionsConfigErrorOf(() => make({ ...good, [wrong]: undefined }));

    expect(message).toContain(name);
    expect(message).toContain(`"${wrong}"`);
    expect(message).toContain(right);
  });

  it('refuses an option that it does not have', () => {
    expect(sessionsConfigErrorOf(() => make({ ...good, ttl: 60 }))).toMatch(new RegExp(`${name}.*"ttl"`));
  });

  it.each([[null], ['here'], [42], [[]], [() => undefined]])('refuses what is no object of options: %p', (options) => {
    expect(sessionsConfigErrorOf(() => make(options))).toContain(name);
  });

  if (name !== 'MemoryStore') {
    it('refuses to do without options', () => {
      expect(sessionsConfigErrorOf(() => make())).toContain(name);
      expect(sessionsConfigErrorOf(() => make({}))).toContain(name);
    });
  }
});
