import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { minutes, type SessionsModuleOptions } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { ManualClock, sessionStoreContract } from 'nestjs-sessions/testing';
import { gunzipSync, gzipSync } from 'node:zlib';
import { systemClock } from '../../lib/session/clock.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { startNotes } from '../support/http/notes-app.js';
import type { TestApp } from '../support/http/test-app.js';
import { RedisServer } from '../support/servers/redis-server.js';

/** What an application has that switches the compression of its cache on. */
const compression = {
  compress: async (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64'),
  decompress: async (value: string) => JSON.parse(gunzipSync(Buffer.from(value, 'base64')).toString()) as unknown,
};

/** It throws at what another serialiser has written. */
const otherFormat = {
  serialize: (data: unknown) => Buffer.from(JSON.stringify(data)).toString('base64'),
  deserialize: (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()) as object,
};

describe('CacheManagerStore on @keyv/redis', () => {
  let url: string;
  const opened: KeyvRedis<unknown>[] = [];

  beforeAll(async () => {
    url = await RedisServer.sharedUrl();
  });
  afterAll(() => Promise.all(opened.map((backend) => backend.disconnect())));

  function storeWith(options: object = {}): CacheManagerStore {
    const backend = new KeyvRedis(url);
    opened.push(backend);
    return new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend, ...options })] }) });
  }

  function startWith(options: object, sessions: Partial<SessionsModuleOptions> = {}): Promise<TestApp> {
    return startNotes({ sessions: { store: storeWith(options), ...sessions } });
  }

  describe('keeps the contract', () => {
    const clock = new ManualClock(Date.now());
    const contract = sessionStoreContract({
      create: async () => {
        const store = storeWith();
        await store.start({ clock, logger: new RecordingLogger() });
        return store;
      },
      wait: (milliseconds) => clock.advanceAsync(milliseconds),
      now: () => clock.now(),
    });
    for (const { name, run } of contract) it(name, run);
  });

  it('is sent whole milliseconds, whatever the timeout and the clock are', async () => {
    // Its fractions are others each time: the difference of two instants has some, too.
    const clock = { now: () => performance.timeOrigin + performance.now() };
    const app = await startWith({}, { timeout: minutes(1 / 7), clock });
    const visitor = app.browser();
    expect((await visitor.post('/notes', { visits: 1 })).status).toBe(201);
    expect((await visitor.post('/notes', { visits: 2 })).status).toBe(201);
    expect((await visitor.post('/login')).status).toBe(201);
    expect((await visitor.get('/notes')).json()).toEqual({ visits: 2, user: 'ann' });
    expect((await visitor.post('/logout')).status).toBe(201);
  });

  it.each([
    ['switched on', {}, { compression }],
    ['switched off', { compression }, {}],
    ['put in the place of another one', {}, otherFormat],
  ])(
    'after a deploy with a compression or a serialiser that was %s, old visitors start anew, and log out',
    async (_, before, after) => {
      const old = await startWith(before);
      const visitor = old.browser();
      expect((await visitor.post('/notes', { visits: 1 })).status).toBe(201);

      const next = await startWith(after);
      const back = visitor.at(next.url);
      expect((await back.get('/notes')).status).toBe(200);
      expect((await back.get('/notes')).json()).toEqual({});
      expect((await back.post('/logout')).status).toBe(201);
      expect(
        next.logs.matching(/CacheManagerStore: a key of its own holds a value that it cannot read/, 'warn'),
      ).toHaveLength(1);
    },
  );

  it('is a server that other processes may use: one warning says what does not hold then, and names RedisStore', async () => {
    const logger = new RecordingLogger();
    await storeWith().start({ clock: systemClock, logger });
    expect(logger.messages('warn')).toEqual([
      expect.stringMatching(
        /on a server, which other processes .* RedisStore .*, whose locks hold across processes\.$/,
      ),
    ]);
  });
});
