import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { SessionsConfigError } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { type MemcachedClient, MemcachedStore } from 'nestjs-sessions/memcached';
import { systemClock } from '../../lib/session/clock.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { freePort } from '../support/servers/free-port.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { MemcacheKeyv } from '../support/stores/memcache-keyv.js';

/* The start lives the life of a session: what cannot work there ends it, in words. A server that is not up yet does not. */

describe('The start of a store', () => {
  let server: MemcachedServer;
  let logger: RecordingLogger;

  beforeAll(async () => {
    server = await MemcachedServer.start();
  });
  beforeEach(() => {
    logger = new RecordingLogger();
  });
  afterAll(() => server.stop());

  it('says nothing of a server that can keep sessions', async () => {
    const store = new MemcachedStore({ servers: server.address });
    await store.start({ clock: systemClock, logger });
    expect(logger.lines).toEqual([]);
    await store.close();
  });

  it('goes on without a server that is not there, of several too, and says so', async () => {
    const store = new MemcachedStore({ servers: [server.address, `127.0.0.1:${await freePort()}`] });
    await store.start({ clock: systemClock, logger });
    expect(logger.messages('warn')).toEqual([
      expect.stringMatching(
        /^MemcachedStore: the start could not try out .* a session could not be created: .*ECONNREFUSED/,
      ),
    ]);
    await store.close();
  });

  it('ends where a client changes what it keeps', async () => {
    const values = new Map<string, string>();
    const upper: MemcachedClient = {
      gets: (key, callback) => {
        const value = values.get(key);
        callback(undefined, value === undefined ? undefined : { [key]: value, cas: '1' });
      },
      add: (key, value, _, callback) => {
        values.set(key, value.replace('grün', 'gr?n'));
        callback(undefined, true);
      },
      cas: (_key, _value, _cas, _lifetime, callback) => callback(undefined, true),
    };
    const start = new MemcachedStore({ client: upper }).start({ clock: systemClock, logger });
    await expect(start).rejects.toThrow(SessionsConfigError);
    await expect(start).rejects.toThrow(
      'MemcachedStore: sessions cannot live there: a session was not found as it had been written',
    );
  });

  it('ends on a cache whose compression does not fit its backend, with which nobody ever has a session', async () => {
    const backend = new MemcacheKeyv(server);
    const compression = {
      compress: async (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64'),
      decompress: async (value: string) => JSON.parse(Buffer.from(value, 'base64').toString()) as unknown,
    };
    const store = new CacheManagerStore({
      cache: createCache({ stores: [new Keyv({ store: backend.keyv.store as object, compression })] }),
    });
    const start = store.start({ clock: systemClock, logger });
    await expect(start).rejects.toThrow(SessionsConfigError);
    await expect(start).rejects.toThrow('CacheManagerStore: sessions cannot live there: a session was not found');
    backend.close();
  });
});
