import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { IoredisClient, NodeRedisClient, RedisClient } from 'nestjs-sessions/redis';

const require = createRequire(import.meta.url);

/** A client, and how an application opens and closes it. */
export interface OpenedRedis<Client extends RedisClient = RedisClient> {
  readonly client: Client;
  connect(): Promise<unknown>;
  close(): void;
}

export interface RedisClientOptions {
  /** Milliseconds after which a connection that says nothing is given up. Then commands fail soon while there is none. */
  readonly deadline?: number | undefined;
  /** Sends no command while it is not connected, and none a second time. */
  readonly isImpatient?: boolean;
}

/** Milliseconds between attempts to connect, for clients with a deadline. */
const RECONNECT = 50;

/** The packages that `RedisStore` knows, each loaded by those alone who need it. */
export const redisClients = {
  ioredis: (url: string, options?: RedisClientOptions): OpenedRedis<IoredisClient> =>
    fromIoredis(require('ioredis') as typeof import('ioredis'), url, options),
  // A fork of the other, of which these tests use what both have.
  iovalkey: (url: string, options?: RedisClientOptions): OpenedRedis<IoredisClient> =>
    fromIoredis(require('iovalkey') as typeof import('ioredis'), url, options),
  'node-redis': (
    url: string,
    { deadline, isImpatient = false }: RedisClientOptions = {},
  ): OpenedRedis<NodeRedisClient> => {
    const { createClient } = require('redis') as typeof import('redis');
    const whenDown = deadline && {
      disableOfflineQueue: isImpatient,
      pingInterval: deadline / 2,
      socket: { socketTimeout: deadline, reconnectStrategy: RECONNECT },
    };
    const client = createClient({ url, ...whenDown });
    return { client, connect: () => client.connect(), close: () => client.destroy() };
  },
};

export type RedisPackage = keyof typeof redisClients;

export const redisPackages = Object.keys(redisClients) as RedisPackage[];

function fromIoredis(
  { Redis }: typeof import('ioredis'),
  url: string,
  { deadline, isImpatient = false }: RedisClientOptions = {},
): OpenedRedis<IoredisClient> {
  const whenDown = deadline && { maxRetriesPerRequest: 1, socketTimeout: deadline, retryStrategy: () => RECONNECT };
  const impatience = { enableOfflineQueue: !isImpatient, autoResendUnfulfilledCommands: !isImpatient };
  const client = new Redis(url, { lazyConnect: true, ...impatience, ...whenDown });
  const connect = async (): Promise<unknown> => {
    // One that was closed just now cannot be connected before it has ended.
    if (client.status !== 'wait' && client.status !== 'end') await once(client, 'end');
    return client.connect();
  };
  return { client, connect, close: () => client.disconnect() };
}
