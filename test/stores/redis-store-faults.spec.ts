import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { SessionStoreError } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import { GuardedStore } from '../../lib/session/store-access/guarded-store.js';
import { LeftLocks } from '../../lib/session/store-access/left-locks.js';
import { StoreParts } from '../../lib/session/store-access/store-parts.js';
import { systemClock } from '../../lib/session/clock.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { redisPackages } from '../support/stores/redis-clients.js';
import { type OwnRedisTrial, type RedisTrial, tryOwnRedis, tryRedis } from '../support/stores/redis-trial.js';

describe.each(redisPackages)('RedisStore with %s, when the server', (way) => {
  let server: RedisServer;
  let redis: Redis;
  let tried: RedisTrial;
  let store: RedisStore;
  let trial: RedisTrial['trial'];
  beforeAll(async () => {
    server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' });
    redis = new Redis(server.url);
    redis.on('error', () => undefined);
    tried = await tryRedis(server.url, way);
    ({ store, trial } = tried);
  });
  afterAll(async () => {
    redis.disconnect();
    await tried.close();
    await server.dispose();
  });

  it('has forgotten its scripts, nobody notices', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    await redis.script('FLUSH');
    written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    await redis.script('FLUSH');
    await trial.isFree(id);
  });

  it('has closed the connection of an idle client, nobody notices', async () => {
    const { id } = await trial.given();
    for (let times = 0; times < 5; times += 1) {
      await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await trial.isFree(id);
    }
  });

  it('has lost everything, a session is missing, and no write brings it back', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    await redis.flushall();
    const lock = { token, release: true };
    expect(await store.update({ id, record, guard: { version, lock } })).toBe(false);
    expect(await store.update({ id, record, guard: { version } })).toBe(false);
    expect(await store.touch({ id, expiresAt: record.expiresAt + HOUR })).toBe(false);
    expect(await store.renewLock({ id, token, lease: HOUR })).toBe(false);
    expect(await store.unlock({ id, token, expiresAt: record.expiresAt + HOUR })).toBe(false);
    const rotation = { from: id, to: trial.id(), record, guard: { version, lock }, tombstoneUntil: Date.now() + HOUR };
    expect(await store.rotate(rotation)).toBe(false);
    expect(await store.delete({ id, tombstoneUntil: Date.now() + HOUR })).toBe(false);
    expect(await redis.dbsize()).toBe(0);
  });

  it('was killed and started again, what its disk has is there, with its lock', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const lock = { token, release: false };
    const next = written(await store.update({ id, record: { ...record, data: 'kept' }, guard: { version, lock } }));
    const { id: gone } = await trial.givenGone();
    await server.stop();
    await server.startAgain();
    expect(await trial.found(id)).toMatchObject({ record: { data: 'kept' }, version: next });
    await trial.isLocked(id);
    await trial.isGone(gone, 'destroyed');
    expect(await store.unlock({ id, token })).toBe(true);
  });
});

describe('RedisStore, when the server is out of memory (noeviction)', () => {
  let tried: OwnRedisTrial;
  beforeAll(async () => {
    tried = await tryOwnRedis();
  });
  afterAll(() => tried.close());

  it('creates and enlarges none, and says why, once; but those it has are locked, read, touched, shrunk and ended', async () => {
    const { store, trial, logger, redis } = tried;
    const [one, other] = [await trial.given('x'.repeat(1_000)), await trial.given('x'.repeat(1_000))];
    await redis.config('SET', 'maxmemory', '1');
    const record = trial.record('new');
    await expect(store.create({ id: trial.id(), record })).rejects.toThrow(
      'Redis failed: it is out of memory (maxmemory) (OOM)',
    );
    const { token, version } = await trial.lock(one.id);
    const guard = { version, lock: { token, release: false } };
    const larger = { ...one.record, data: 'x'.repeat(2_000) };
    await expect(store.update({ id: one.id, record: larger, guard })).rejects.toThrow(SessionStoreError);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'RedisStore: Redis is out of memory (maxmemory): no session can be created, and none can grow.',
    ]);

    expect(await store.renewLock({ id: one.id, token, lease: HOUR })).toBe(true);
    const smaller = { ...one.record, data: 'x'.repeat(900) };
    const next = written(await store.update({ id: one.id, record: smaller, guard }));
    expect((await trial.found(one.id)).record.data).toBe(smaller.data);
    expect(await store.touch({ id: one.id, expiresAt: smaller.expiresAt + 1_000 })).toBe(true);
    expect(await store.unlock({ id: one.id, token, expiresAt: smaller.expiresAt + 2_000 })).toBe(true);
    const rotation = {
      from: one.id,
      to: trial.id(),
      record: smaller,
      guard: { version: next },
      tombstoneUntil: Date.now() + HOUR,
    };
    await expect(store.rotate(rotation)).rejects.toThrow(SessionStoreError);
    expect((await trial.found(one.id)).record.expiresAt).toBe(smaller.expiresAt + 2_000);
    expect(await store.delete({ id: other.id, tombstoneUntil: Date.now() + HOUR })).toBe(true);
    await trial.isGone(other.id, 'destroyed');

    await redis.config('SET', 'maxmemory', '0');
    written(await store.rotate(rotation));
    written(await store.create({ id: trial.id(), record }));
  });
});

describe.each(redisPackages)('RedisStore with %s, when the server cannot be reached for a while', (way) => {
  it('a lock that was asked for meanwhile is not left behind', async () => {
    const url = await RedisServer.sharedUrl();
    const redis = new Redis(url);
    const proxy = await FaultProxy.toUrl(url);
    const { store, trial, prefix, close } = await tryRedis(`redis://${proxy.address}`, way);
    const parts = new StoreParts(store, systemClock, 300);
    const guarded = new GuardedStore(store, parts, new LeftLocks(store, parts, systemClock));
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await trial.given()).id));
    await proxy.setMode('refuse');
    proxy.killAll();
    const holder = { route: 'GET /', process: '', since: 0 };
    for (const id of ids) {
      const attempt = guarded.tryLock({ id, token: trial.token(), lease: HOUR, holder });
      await expect(attempt).rejects.toThrow(SessionStoreError);
    }
    await proxy.setMode('ok');
    const isFree = async (id: string): Promise<boolean> => !(await redis.get(prefix + id))!.includes('GET /');
    // Whatever the client has kept comes first.
    await trial.found(ids[0]!);
    for (const id of ids) while (!(await isFree(id))) await trial.wait(20);
    redis.disconnect();
    await close();
    proxy.close();
  });
});

describe('RedisStore sends a command', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['once more when its connection broke', 'read ECONNRESET', 1_000, 2],
    ['no more when that took so long that nobody waits for it', 'read ECONNRESET', 1_001, 1],
    ['no more when the server has refused it', 'NOPERM this user has no permissions', 0, 1],
  ])('%s', async (_, answer, milliseconds, times) => {
    let now = 5_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const send = jest.fn(() => {
      now += milliseconds;
      return Promise.reject(new Error(answer));
    });

    await expect(new RedisStore({ send }).load({ id: 'a'.repeat(43) })).rejects.toThrow(SessionStoreError);
    expect(send).toHaveBeenCalledTimes(times);
  });
});

describe('RedisStore, when the server repeats what it was sent', () => {
  const id = 'a'.repeat(43);

  it.each([
    `NOPERM this user has no permissions to access the 'sessions:${id}' key`,
    `ERR unknown command 'EVALSHA', with args beginning with: 'sha' '1' 'sessions:${id}' `,
    `ERR ACL failure in script: User can't access key sessions:${id}, script: ${id}, on @user_script:1.`,
  ])('says what is wrong, and names no key: %s', async (answer) => {
    const store = new RedisStore({ send: () => Promise.reject(new Error(answer)) });
    const error: unknown = await store.load({ id }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SessionStoreError);
    expect((error as Error).message).toContain(answer.slice(0, 'ERR unknown'.length));
    expect((error as Error).message).not.toContain(id);
  });
});
