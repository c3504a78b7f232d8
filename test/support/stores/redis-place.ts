import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { SessionStore, StoreContext } from 'nestjs-sessions';
import { RedisStore, type RedisStoreSettings } from 'nestjs-sessions/redis';
import { FIELDS, instant } from '../../../lib/stores/redis/layout.js';
import { RedisServer } from '../servers/redis-server.js';
import { type OpenedRedis, redisClients, type RedisPackage } from './redis-clients.js';
import type { StorePlace } from './stores.js';

/** Milliseconds. */
const PATIENCE = 1_000;

/** A store over a client that is opened and closed with it, as an application's is with the application. */
export class OwnClientRedisStore extends RedisStore {
  readonly #opened: OpenedRedis;
  #isOpen = false;

  constructor(opened: OpenedRedis, settings: RedisStoreSettings = {}) {
    super({ client: opened.client, ...settings });
    this.#opened = opened;
  }

  override async start(context: StoreContext): Promise<void> {
    // It goes on trying, and commands wait for it. The store hears of its errors.
    if (!this.#isOpen) await Promise.race([this.#opened.connect().catch(() => undefined), sleep(PATIENCE)]);
    this.#isOpen = true;
    await super.start(context);
  }

  override async close(): Promise<void> {
    await super.close();
    this.#opened.close();
    this.#isOpen = false;
  }
}

/** Keys of its own in the server that tests share. */
export async function prepareRedisPlace(way: RedisPackage): Promise<StorePlace> {
  const url = await RedisServer.sharedUrl();
  const prefix = `place-${randomBytes(6).toString('hex')}:`;
  const where = `${prefix}@${url}`;
  const onKeys = async (work: (redis: Redis, key: string) => Promise<unknown>): Promise<void> => {
    const redis = new Redis(url);
    for (const key of await redis.keys(`${prefix}*`)) await work(redis, key);
    redis.disconnect();
  };
  return {
    spec: `${way}:${where}`,
    open: () => openRedis(way, where),
    age: (milliseconds) => onKeys((redis, key) => ageRedisKey(redis, key, milliseconds)),
    dispose: () => onKeys((redis, key) => redis.del(key)),
  };
}

export function openRedis(way: RedisPackage, where: string): SessionStore {
  const [prefix = '', url = ''] = where.split(/@(.*)/s);
  return new OwnClientRedisStore(redisClients[way](url), { prefix });
}

/** Makes what a key holds so many milliseconds older. */
export async function ageRedisKey(redis: Redis, key: string, milliseconds: number): Promise<void> {
  const value = (await redis.get(key)) ?? '';
  const end = await redis.pexpiretime(key);
  for (const { at, length } of [FIELDS.createdAt, FIELDS.expiresAt, FIELDS.leaseEndsAt]) {
    const then = Number(value.slice(at, at + length));
    if (then > 0) await redis.setrange(key, at, instant(then - milliseconds));
  }
  await redis.pexpireat(key, end - milliseconds);
}
