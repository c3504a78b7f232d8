import Memcached from 'memcached';
import { MemcachedStore, type MemcachedStoreOptions } from 'nestjs-sessions/memcached';
import { sessionsConfigErrorOf } from '../support/http/config-error.js';

/** As from JavaScript, or a configuration file. */
function refusalOf(options: unknown): string {
  return sessionsConfigErrorOf(() => new MemcachedStore(options as MemcachedStoreOptions));
}

describe('MemcachedStore, options', () => {
  const client = new Memcached('127.0.0.1:1');

  it('takes a server, servers, or a client, and contacts none of them', () => {
    new MemcachedStore({ servers: 'cache' });
    new MemcachedStore({ servers: ['10.0.0.1:11211', '10.0.0.2:65535', 'cache:1'] });
    new MemcachedStore({ client });
  });

  it('puts the prefix before each key', async () => {
    const keys: string[] = [];
    const gets = (key: string, callback: (error: undefined, answer: undefined) => void): void => {
      keys.push(key);
      callback(undefined, undefined);
    };
    const recording = { gets, add: () => undefined, cas: () => undefined };
    await new MemcachedStore({ client: recording }).load({ id: 'id' });
    await new MemcachedStore({ client: recording, prefix: 'mine:' }).load({ id: 'id' });
    expect(keys).toEqual(['sessions:id', 'mine:id']);
  });

  it('wants one way to memcached', () => {
    expect(refusalOf({})).toBe("MemcachedStore needs either servers, such as 'localhost:11211', or a client.");
    expect(refusalOf({ servers: 'cache', client })).toMatch(/either servers, .* or a client/);
  });

  it.each([
    ...['', 'two words', 'memcached://cache:11211', '/var/run/memcached.sock', '[::1]:11211', 'cache:port'],
    ...['127.0.0.1:99999', 'cache:65536', 'cache:0', 'cache:'],
  ])('says how a server is written: not like %p', (address) => {
    expect(refusalOf({ servers: address })).toMatch(/servers must be like 'host:11211'/);
    expect(refusalOf({ servers: ['cache', address] })).toContain(`'${address}' is not`);
  });

  it('wants at least one server', () => {
    expect(refusalOf({ servers: [] })).toMatch(/the list is empty/);
  });

  it('says which method a client lacks', () => {
    expect(refusalOf({ client: { gets: () => {}, add: () => {} } })).toMatch(/has no method cas/);
    expect(refusalOf({ client: 'cache' })).toMatch(/has no method gets, add, cas/);
  });

  it.each(['two words', 'a$b', 'ü', 'line\n', 'x'.repeat(201)])('refuses the prefix %p', (prefix) => {
    expect(refusalOf({ servers: 'cache', prefix })).toMatch(/prefix must be at most 200 printable ASCII characters/);
  });

  it.each([0, -1, NaN, Infinity, '2000', 2 ** 31])('refuses the commandTimeout %p', (commandTimeout) => {
    expect(refusalOf({ servers: 'cache', commandTimeout })).toMatch(/commandTimeout must be/);
  });
});
