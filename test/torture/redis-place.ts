import { Redis } from 'ioredis';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { ageRedisKey } from '../support/stores/redis-place.js';
import type { Place } from './place.js';

const PREFIX = 'sessions:';

export async function redisPlace(kind: 'redis' | 'node-redis', processes: number): Promise<Place> {
  const server = await RedisServer.start();
  const proxies = await Promise.all(Array.from({ length: processes }, () => FaultProxy.to(server.port)));
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  const keys = (): Promise<string[]> => redis.keys('*');
  const values = async (): Promise<string[]> =>
    Promise.all((await keys()).map(async (key) => `${key} with ${await redis.get(key)}`));
  return {
    specs: proxies.map((proxy) => ({ kind, url: `redis://${proxy.address}` })),
    proxies,
    terminate: async () => {
      const own = String(await redis.client('ID'));
      const ids = [...String(await redis.client('LIST', 'TYPE', 'NORMAL')).matchAll(/^id=(\d+)/gm)];
      for (const [, id = ''] of ids) if (id !== own && Math.random() < 0.5) await redis.client('KILL', 'ID', id);
      await redis.script('FLUSH');
    },
    restart: async () => {
      await server.stop();
      await server.startAgain();
    },
    advance: async (milliseconds) => {
      for (const key of await keys()) await ageRedisKey(redis, key, milliseconds);
    },
    keys: async () => (await keys()).map((key) => key.slice(PREFIX.length)),
    dump: async () => (await values()).join('\n'),
    leftovers: async () => (await values()).map((value) => `the key ${value}`),
    dispose: async () => {
      redis.disconnect();
      for (const proxy of proxies) proxy.close();
      await server.dispose();
    },
  };
}
