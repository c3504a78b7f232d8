import { Redis } from 'ioredis';
import { RedisStore } from 'nestjs-sessions/redis';
import { createClient, RESP_TYPES } from 'redis';
import { FIELDS, HEADER_LENGTH } from '../../lib/stores/redis/layout.js';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { type RedisTrial, tryRedis, tryRedisUnstarted } from '../support/stores/redis-trial.js';

describe('RedisStore, what it keeps', () => {
  let url: string;
  let tried: RedisTrial;
  let redis: Redis;
  beforeAll(async () => {
    url = await RedisServer.sharedUrl();
    tried = await tryRedis(url);
    redis = new Redis(url);
  });
  afterAll(async () => {
    redis.disconnect();
    await tried.close();
  });

  const keyOf = (id: string): string => tried.prefix + id;

  it('is one key a session, locked or not, whose end is the record’s', async () => {
    const { id, record } = await tried.trial.givenLocked();
    expect(await redis.keys(`${keyOf(id)}*`)).toEqual([keyOf(id)]);
    expect(await redis.pexpiretime(keyOf(id))).toBe(record.expiresAt);
  });

  it('is as long as the data and a header, also while it is locked', async () => {
    const { id } = await tried.trial.given('{"a":1}');
    const token = tried.trial.token();
    await tried.store.tryLock({
      id,
      token,
      lease: HOUR,
      holder: { route: 'x'.repeat(500), process: 'y'.repeat(500), since: 1 },
    });
    expect(await redis.strlen(keyOf(id))).toBe(HEADER_LENGTH + '{"a":1}'.length);
    expect(await tried.trial.tryLock(id, tried.trial.token())).toEqual({
      status: 'held',
      holder: { route: 'x'.repeat(63), process: 'y'.repeat(48), since: 1 },
    });
  });

  it.each([
    ['short', 't'],
    ['one character too long', 't'.repeat(FIELDS.token.length + 1)],
    ['very long', 't'.repeat(500)],
    ['of characters that are several bytes', '€'.repeat(FIELDS.token.length)],
  ])('has room for any text as a token, and no other one opens its lock: %s', async (_, token) => {
    const { trial, store } = tried;
    const { id, version } = await trial.given('{"a":1}');
    expect(await trial.tryLock(id, token)).toMatchObject({ status: 'acquired' });
    expect(await redis.strlen(keyOf(id))).toBe(HEADER_LENGTH + '{"a":1}'.length);
    expect(await trial.tryLock(id, `${token}.`)).toMatchObject({ status: 'held', holder: { route: 'GET /contract' } });
    expect(await store.unlock({ id, token: `${token}.` })).toBe(false);
    expect(await store.unlock({ id, token })).toBe(true);
    expect(await store.load({ id })).toMatchObject({ status: 'found', record: { data: '{"a":1}' }, version });
  });

  it('names nobody who held the lock when it is free', async () => {
    const { trial, store } = tried;
    const [one, other] = [await trial.given(), await trial.given()];
    for (const [{ id, record }, isChanged] of [
      [one, false],
      [other, true],
    ] as const) {
      const { token, version } = await trial.lock(id);
      expect(await redis.get(keyOf(id))).toContain('GET /contract');
      const guard = { version, lock: { token, release: true } };
      await (isChanged ? store.update({ id, record, guard }) : store.unlock({ id, token }));
      const value = (await redis.get(keyOf(id))) ?? '';
      expect(value).not.toContain('GET /contract');
      expect(value).not.toContain(token);
    }
  });

  it('has no data in a tombstone, which ends in time', async () => {
    const { trial, store } = tried;
    const { id } = await trial.given('{"secret":1}');
    const tombstoneUntil = Date.now() + 20_000;
    await store.delete({ id, tombstoneUntil });
    expect(await redis.get(keyOf(id))).not.toContain('secret');
    expect(await redis.pexpiretime(keyOf(id))).toBe(tombstoneUntil);
  });

  it.each([
    ['a text', (key: string) => redis.set(key, 'theirs')],
    ['a long text', (key: string) => redis.set(key, 't'.repeat(500))],
    ['nothing', (key: string) => redis.set(key, '')],
    ['a hash', (key: string) => redis.hset(key, 'a', '1')],
    ['a list', (key: string) => redis.lpush(key, 'a')],
    ['a session whose times are none', (key: string) => redis.set(key, `1L${'x'.repeat(500)}`)],
  ])('under a key of others (%s) is taken for missing, said once, and left alone', async (_, plant) => {
    const { store, trial, prefix, logger, close } = await tryRedis(url);
    const id = trial.id();
    await plant(prefix + id);
    const before = await redis.dump(prefix + id);
    await trial.isMissing(id);
    const record = trial.record();
    expect(await store.create({ id, record })).toBe(false);
    const guard = { version: 'v', lock: { token: 't', release: true } };
    expect(await store.update({ id, record, guard })).toBe(false);
    expect(await store.unlock({ id, token: 't' })).toBe(false);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      expect.stringContaining('holds a value that it did not write'),
    ]);
    if (_ !== 'a session whose times are none') expect(await redis.dump(prefix + id)).toEqual(before);
    await close();
  });

  it('keeps times as whole milliseconds, also those that have fractions or are far away', async () => {
    const { store, trial } = tried;
    const id = trial.id();
    const record = { data: '{}', createdAt: Date.now() + 0.25, expiresAt: Date.now() + 10 * 365 * 24 * HOUR + 0.75 };
    const version = written(await store.create({ id, record }));
    expect(await store.touch({ id, expiresAt: record.expiresAt + 1.5 })).toBe(true);
    const { token } = await trial.lock(id, 1_000 / 7);
    expect(await store.renewLock({ id, token, lease: 60_000 / 7 })).toBe(true);
    expect(await store.unlock({ id, token, expiresAt: record.expiresAt + 3.5 })).toBe(true);
    const kept = { data: '{}', createdAt: Math.trunc(record.createdAt), expiresAt: Math.trunc(record.expiresAt + 3.5) };
    expect(await store.load({ id })).toEqual({ status: 'found', record: kept, version });
    const never = { ...record, expiresAt: Number.MAX_SAFE_INTEGER };
    written(await store.update({ id, record: never, guard: { version } }));
    expect((await trial.found(id)).record.expiresAt).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is found with a keyPrefix of ioredis, which comes before its own', async () => {
    const client = new Redis(url, { keyPrefix: 'app:' });
    const { store, trial, prefix } = tryRedisUnstarted({
      client,
      connect: () => Promise.resolve(),
      close: () => client.disconnect(),
    });
    const { id } = await trial.givenLocked();
    expect(await redis.keys(`*${id}`)).toEqual([`app:${prefix}${id}`]);
    const { id: from, record, version } = await trial.given();
    const rotation = { from, to: trial.id(), record, guard: { version }, tombstoneUntil: Date.now() + HOUR };
    written(await store.rotate(rotation));
    await trial.isGone(from, 'rotated');
    client.disconnect();
  });

  it('is read from a client that answers with buffers', async () => {
    const client = createClient({ url }).withTypeMapping({
      [RESP_TYPES.BLOB_STRING]: Buffer,
      [RESP_TYPES.SIMPLE_STRING]: Buffer,
      [RESP_TYPES.NUMBER]: String,
    });
    await client.connect();
    const close = (): void => client.destroy();
    const buffers = tryRedisUnstarted({ client, connect: () => Promise.resolve(), close });
    await buffers.store.start(buffers);
    expect(buffers.logger.lines).toEqual([]);
    const { id, record } = await buffers.trial.given('{"text":"grün 👩‍👩‍👧"}');
    await buffers.trial.lock(id);
    await buffers.trial.isLocked(id);
    expect((await buffers.trial.found(id)).record).toEqual(record);
    close();
  });

  it('is the same for any client, and for a function that sends', async () => {
    const send = async (_key: string, [name = '', ...args]: string[]): Promise<unknown> => redis.call(name, ...args);
    const store = new RedisStore({ send, prefix: tried.prefix });
    const { id, record } = await tried.trial.given('{"mine":1}');
    expect(await store.load({ id })).toMatchObject({ status: 'found', record });
  });

  it('lets a token of any length hold the lock', async () => {
    const { store, trial } = tried;
    const { id } = await trial.given();
    const token = 'ü'.repeat(200);
    expect(await trial.tryLock(id, token)).toMatchObject({ status: 'acquired' });
    expect(await store.renewLock({ id, token: `${token}x`, lease: HOUR })).toBe(false);
    expect(await store.unlock({ id, token })).toBe(true);
  });

  it('has its expiry where redis-cli shows it', async () => {
    const { id, record } = await tried.trial.given();
    const value = (await redis.get(keyOf(id))) ?? '';
    expect(Number(value.slice(FIELDS.expiresAt.at, FIELDS.expiresAt.at + FIELDS.expiresAt.length))).toBe(
      record.expiresAt,
    );
  });
});
