import { createCache } from 'cache-manager';
import { FileStore, MemoryStore, type SessionStore } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import { PostgresStore } from 'nestjs-sessions/postgres';
import { RedisStore } from 'nestjs-sessions/redis';
import { sessionsConfigErrorOf } from '../support/http/config-error.js';

/* Misuse is loud: what a store does not understand is refused at the start, with what to write instead. */

/** The options are checked as they come from JavaScript or a configuration file. */
type AnyStore = new (options: never) => SessionStore;

const STORES = { CacheManagerStore, FileStore, MemcachedStore, MemoryStore, PostgresStore, RedisStore };
const USABLE = {
  CacheManagerStore: { cache: createCache() },
  FileStore: { directory: './var/sessions' },
  MemcachedStore: { servers: 'localhost:11211' },
  MemoryStore: {},
  PostgresStore: { connectionString: 'postgres://localhost/db' },
  RedisStore: { send: () => Promise.resolve() },
};

function refusalOf(store: keyof typeof STORES, options: unknown): string {
  const Store: AnyStore = STORES[store];
  return sessionsConfigErrorOf(() => new Store(options as never));
}

describe('Options of stores', () => {
  it.each([
    ['CacheManagerStore', 'prefx', 'prefix'],
    ['FileStore', 'fsnyc', 'fsync'],
    ['MemcachedStore', 'server', 'servers'],
    ['MemoryStore', 'maxSession', 'maxSessions'],
    ['PostgresStore', 'createTabel', 'createTable'],
    ['RedisStore', 'prefx', 'prefix'],
  ] as const)('%s names the option that comes nearest to %s', (store, misspelt, nearest) => {
    const options = { ...USABLE[store], [misspelt]: 1 };
    expect(refusalOf(store, options)).toBe(`${store} has no option "${misspelt}". Did you mean "${nearest}"?`);
  });

  it.each([
    ['CacheManagerStore', 'cache', 'createCache()'],
    ['CacheManagerStore', 'prefix', "'sessions:'"],
    ['FileStore', 'directory', "'./var/sessions'"],
    ['FileStore', 'fsync', "'none'"],
    ['MemcachedStore', 'servers', "'localhost:11211'"],
    ['MemcachedStore', 'client', "new Memcached('localhost:11211')"],
    ['MemcachedStore', 'prefix', "'sessions:'"],
    ['MemcachedStore', 'commandTimeout', '2_500'],
    ['MemoryStore', 'maxSessions', '100_000'],
    ['PostgresStore', 'connectionString', "'postgres://user:password@host:5432/database'"],
    ['PostgresStore', 'pool', 'new pg.Pool()'],
    ['PostgresStore', 'dataSource', "new DataSource({ type: 'postgres' })"],
    ['PostgresStore', 'schema', "'public'"],
    ['PostgresStore', 'table', "'nestjs_sessions'"],
    ['PostgresStore', 'createTable', 'false'],
    ['PostgresStore', 'operationTimeout', '2_500'],
    ['RedisStore', 'client', "new Redis('redis://localhost:6379')"],
    ['RedisStore', 'send', '(key, command) => client.sendCommand(command)'],
    ['RedisStore', 'prefix', "'sessions:'"],
  ] as const)('%s says what to write when %s is undefined', (store, name, example) => {
    expect(refusalOf(store, { ...USABLE[store], [name]: undefined })).toBe(
      `${store}: ${name} is undefined. Write a value, for example ${name}: ${example}. ` +
        'Was it read from an environment variable that is not set?',
    );
  });

  it.each([
    ['CacheManagerStore', 'new CacheManagerStore({ cache: createCache() })'],
    ['FileStore', "new FileStore({ directory: './var/sessions' })"],
    ['MemcachedStore', "new MemcachedStore({ servers: 'localhost:11211' })"],
    ['MemoryStore', 'new MemoryStore({ maxSessions: 100_000 })'],
    ['PostgresStore', "new PostgresStore({ connectionString: 'postgres://user:password@host:5432/database' })"],
    ['RedisStore', "new RedisStore({ client: new Redis('redis://localhost:6379') })"],
  ] as const)('%s wants an object', (store, example) => {
    for (const options of [null, 'text', 1]) {
      expect(refusalOf(store, options)).toContain(`takes an object of options, for example ${example}; it is `);
    }
  });

  it.each([
    ['CacheManagerStore', { prefix: 1 }, 'CacheManagerStore: prefix must be a string; it is 1'],
    ['FileStore', { directory: 1 }, "FileStore: directory must be a path, for example './var/sessions'; it is 1"],
    ['FileStore', { directory: '' }, "FileStore: directory must be a path, for example './var/sessions'; it is ''"],
    ['FileStore', { fsync: true }, "FileStore: fsync must be one of 'none', 'file', 'full'; it is true"],
    ['MemcachedStore', { prefix: null }, 'MemcachedStore: prefix must be a string; it is null'],
    ['MemcachedStore', { servers: 11211 }, "servers must be like 'host:11211', or a list of such; 11211 is not"],
    ['MemcachedStore', { servers: [11211] }, "servers must be like 'host:11211', or a list of such; 11211 is not"],
    ['MemoryStore', { maxSessions: '10' }, "maxSessions must be a whole number, at least 1; it is '10'"],
    ['RedisStore', { prefix: 1 }, 'RedisStore: prefix must be a string; it is 1'],
    ['PostgresStore', { connectionString: 1 }, "connectionString must be like 'postgres://user:"],
    ['PostgresStore', { schema: null }, 'PostgresStore: schema must be a string; it is null'],
    ['PostgresStore', { table: true }, 'PostgresStore: table must be a string; it is true'],
    ['PostgresStore', { createTable: 'yes' }, "createTable must be true or false; it is 'yes'"],
    ['PostgresStore', { operationTimeout: '1' }, 'operationTimeout must be a duration in milliseconds from 1 to'],
  ] as const)('%s refuses %j', (store, wrong, message) => {
    expect(refusalOf(store, { ...USABLE[store], ...wrong })).toContain(message);
  });

  it.each([
    ['no DataSource', { dataSource: null }],
    ['a DataSource without options', { dataSource: { driver: {} } }],
  ])('PostgresStore refuses %s', (_, options) => {
    expect(refusalOf('PostgresStore', options)).toContain('dataSource must be a DataSource of TypeORM');
  });

  it('of every store are accepted as they are documented', () => {
    for (const store of Object.keys(STORES) as (keyof typeof STORES)[]) {
      const Store: AnyStore = STORES[store];
      expect(new Store(USABLE[store] as never)).toBeInstanceOf(Store);
    }
  });
});
