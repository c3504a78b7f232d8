import { Cluster, Redis } from 'ioredis';
import { Cluster as ValkeyCluster, Redis as Valkey } from 'iovalkey';
import { RedisStore, type RedisStoreOptions } from 'nestjs-sessions/redis';
import { ManualClock } from 'nestjs-sessions/testing';
import { createClient, createClientPool, createCluster, createSentinel } from 'redis';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { sessionsConfigErrorOf } from '../support/http/config-error.js';

const NOWHERE = { host: '127.0.0.1', port: 1 };

/** As from JavaScript, or a configuration file. */
function refusalOf(options: unknown): string {
  return sessionsConfigErrorOf(() => new RedisStore(options as RedisStoreOptions));
}

describe('RedisStore, options', () => {
  const client = new Redis({ ...NOWHERE, lazyConnect: true });

  it('takes a client of each kind, or a function that sends, and contacts no server', () => {
    const lazy = { lazyConnect: true };
    new RedisStore({ client });
    new RedisStore({ client: new Redis({ sentinels: [NOWHERE], name: 'main', ...lazy }) });
    new RedisStore({ client: new Cluster([NOWHERE], lazy) });
    new RedisStore({ client: new Cluster([NOWHERE], { ...lazy, scaleReads: 'master' }) });
    new RedisStore({ client: new Valkey({ ...NOWHERE, ...lazy }) });
    new RedisStore({ client: new ValkeyCluster([NOWHERE], lazy) });
    new RedisStore({ client: createClient() });
    new RedisStore({ client: createClientPool() });
    new RedisStore({ client: createCluster({ rootNodes: [{ socket: NOWHERE }] }) });
    new RedisStore({ client: createSentinel({ name: 'main', sentinelRootNodes: [NOWHERE] }) });
    new RedisStore({ send: () => Promise.resolve() });
  });

  it('sends as the client takes it, and knows a Cluster of every node-redis since 4.0 by its members', async () => {
    const sent: unknown[] = [];
    const sendCommand = (...args: unknown[]): Promise<null> => {
      sent.push(args);
      return Promise.resolve(null);
    };
    for (const members of [{}, { getSlotMaster: sendCommand }, { getSentinelNode: sendCommand }]) {
      await new RedisStore({ client: { sendCommand, ...members } }).load({ id: 'id' });
    }
    const get = ['GET', 'sessions:id'];
    expect(sent).toEqual([[get], ['sessions:id', false, get], [false, get]]);
  });

  it('sends by the function that it was given, with the key by which a Cluster finds the server', async () => {
    const sent: unknown[] = [];
    const send = (...args: unknown[]): Promise<null> => {
      sent.push(args);
      return Promise.resolve(null);
    };
    await new RedisStore({ send, prefix: 'mine:' }).load({ id: 'id' });
    expect(sent).toEqual([['mine:id', ['GET', 'mine:id']]]);
  });

  it('sends also what has no key to the node of a session, and nothing at all for no sessions', async () => {
    const keys: string[] = [];
    const send = (key: string): Promise<null> => {
      keys.push(key);
      return Promise.resolve(null);
    };
    const store = new RedisStore({ send, prefix: 'mine:' });
    expect(await store.loadMany({ ids: [] })).toEqual([]);
    expect(keys).toEqual([]);
    await store.start({ clock: new ManualClock(), logger: new RecordingLogger() }).catch(() => undefined);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !/^mine:[\w-]{43}$/.test(key))).toEqual([]);
  });

  it('wants one way to Redis', () => {
    expect(refusalOf({})).toMatch(/^RedisStore needs either a client, such as .*, or send\.$/);
    expect(refusalOf({ client, send: () => Promise.resolve() })).toMatch(/needs either a client/);
  });

  it.each([null, 'redis://localhost', {}, { get: () => '' }, { call: () => '' }])('refuses the client %p', (client) => {
    expect(refusalOf({ client })).toBe(
      'RedisStore: the client is none of ioredis, iovalkey and node-redis (4 or later). For another one, write ' +
        'send: (key, command) => client.sendCommand(command)',
    );
  });

  it.each([null, 'redis://localhost', {}])('refuses to send by %p', (send) => {
    expect(refusalOf({ send })).toMatch(/send must be a function such as/);
  });

  it.each(['slave', 'all', () => []])('refuses a Cluster that reads from replicas (%p)', (scaleReads) => {
    const options = { lazyConnect: true, scaleReads: scaleReads as 'slave' };
    expect(refusalOf({ client: new Cluster([NOWHERE], options) })).toMatch(
      /reads from replicas .* scaleReads: 'master'/,
    );
  });

  it.each(['two words', 'ü', 'line\n', 'x'.repeat(201)])('refuses the prefix %p', (prefix) => {
    expect(refusalOf({ client, prefix })).toMatch(/prefix must be at most 200 printable ASCII characters/);
  });
});
