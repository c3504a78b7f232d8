import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { RedisStore } from 'nestjs-sessions/redis';
import { ManualClock } from 'nestjs-sessions/testing';
import type { ContractHarness } from '../../../lib/testing/contract/harness.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { RedisServer } from '../servers/redis-server.js';
import { type OpenedRedis, redisClients, type RedisPackage } from './redis-clients.js';
import { trialOf } from './trial-of.js';

/** A store on a client of its own, started, and what a test needs to try it. */
export interface RedisTrial {
  readonly store: RedisStore;
  readonly trial: ContractHarness;
  readonly logger: RecordingLogger;
  readonly prefix: string;
  /** The store's log goes by it. The server does not. */
  readonly clock: ManualClock;
  close(): Promise<void>;
}

export async function tryRedis(url: string, way: RedisPackage = 'ioredis'): Promise<RedisTrial> {
  const opened = redisClients[way](url);
  await opened.connect();
  const tried = tryRedisUnstarted(opened);
  await tried.store.start(tried);
  return tried;
}

/** The same on a server of its own, with a client to ask and to change that. */
export interface OwnRedisTrial extends RedisTrial {
  readonly redis: Redis;
}

export async function tryOwnRedis(): Promise<OwnRedisTrial> {
  const server = await RedisServer.start();
  const redis = new Redis(server.url);
  const tried = await tryRedis(server.url);
  const close = async (): Promise<void> => {
    redis.disconnect();
    await tried.close();
    await server.dispose();
  };
  return { ...tried, redis, close };
}

export function tryRedisUnstarted(opened: OpenedRedis): RedisTrial {
  const prefix = `${randomBytes(6).toString('hex')}:`;
  const store = new RedisStore({ client: opened.client, prefix });
  const close = async (): Promise<void> => {
    await store.close();
    opened.close();
  };
  return {
    store,
    trial: trialOf(store),
    logger: new RecordingLogger(),
    prefix,
    clock: new ManualClock(Date.now()),
    close,
  };
}
