import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { SessionsConfigError } from 'nestjs-sessions';
import { RedisStore, type SendCommand } from 'nestjs-sessions/redis';
import { ManualClock } from 'nestjs-sessions/testing';
import { createClient } from 'redis';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { redisClients, redisPackages } from '../support/stores/redis-clients.js';

/** What the store says when it starts. */
async function linesOf(store: RedisStore, now = Date.now()): Promise<string[]> {
  const logger = new RecordingLogger();
  await store.start({ clock: new ManualClock(now), logger });
  return logger.lines.map(({ level, message }) => `${level}: ${message}`);
}

async function refusalOf(store: RedisStore): Promise<string> {
  const error = await linesOf(store).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(SessionsConfigError);
  return (error as Error).message;
}

describe('RedisStore, when it starts', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.dispose();
  });

  /** The server, but for what it answers to these commands. */
  const answering =
    (answers: Readonly<Record<string, string | Error>>): SendCommand =>
    (_key, [name = '', ...args]) => {
      const answer = answers[[name, ...args].join(' ')] ?? answers[name];
      return answer instanceof Error
        ? Promise.reject(answer)
        : answer === undefined
          ? redis.call(name, ...args)
          : Promise.resolve(answer);
    };

  it.each(redisPackages)(
    'it says nothing of a server that is as it should be, and leaves nothing there (%s)',
    async (way) => {
      const opened = redisClients[way](server.url);
      await opened.connect();
      const prefix = `${randomBytes(6).toString('hex')}:`;
      expect(await linesOf(new RedisStore({ client: opened.client, prefix }))).toEqual([]);
      expect(await redis.keys(`${prefix}*`)).toEqual([]);
      opened.close();
    },
  );

  it('wants a client of node-redis that is connected, and says how', async () => {
    const client = createClient({ url: server.url });
    const said = 'RedisStore: the client is not connected. Call await client.connect() before the application starts.';
    expect(await refusalOf(new RedisStore({ client }))).toBe(said);
    await client.connect();
    client.destroy();
    expect(await refusalOf(new RedisStore({ client }))).toBe(said);
  });

  it('wants a client of ioredis that was not closed; one that is lazy connects by itself', async () => {
    const client = new Redis(server.url, { lazyConnect: true });
    expect(await linesOf(new RedisStore({ client }))).toEqual([]);
    client.disconnect();
    await new Promise((resolve) => client.once('end', resolve));
    expect(await refusalOf(new RedisStore({ client }))).toMatch(/the client is not connected/);
  });

  it.each(redisPackages)(
    'it waits no longer than two seconds for a server that hangs, and works when it answers (%s)',
    async (way) => {
      const proxy = await FaultProxy.to(server.port);
      const opened = redisClients[way](`redis://${proxy.address}`);
      await opened.connect();
      await proxy.setMode('blackhole');
      const store = new RedisStore({ client: opened.client });
      expect(await linesOf(store)).toEqual([
        'warn: RedisStore: Redis cannot be used yet (no answer within 2000 ms). Sessions work as soon as it can.',
      ]);
      proxy.killAll();
      await proxy.setMode('ok');
      expect(await store.load({ id: 'a'.repeat(43) })).toEqual({ status: 'missing' });
      opened.close();
      proxy.close();
    },
  );

  it('it starts without a server, and works as soon as there is one', async () => {
    const late = await RedisServer.start();
    await late.stop();
    const client = new Redis(late.url);
    const store = new RedisStore({ client });
    expect(await linesOf(store)).toEqual([
      'warn: RedisStore: a connection to Redis broke (ECONNREFUSED); the client opens another.',
      expect.stringMatching(/^warn: RedisStore: Redis cannot be used yet \(no answer/),
    ]);
    await late.startAgain();
    expect(await store.load({ id: 'a'.repeat(43) })).toEqual({ status: 'missing' });
    client.disconnect();
    await late.dispose();
  });

  it.each(['volatile-ttl', 'allkeys-lru', 'volatile-lru'])('it warns of the eviction policy %s', async (policy) => {
    await redis.config('SET', 'maxmemory-policy', policy);
    const said = await linesOf(new RedisStore({ client: redis }));
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(said).toEqual([
      expect.stringMatching(new RegExp(`^warn: .*maxmemory-policy ${policy}.*Set it to noeviction`)),
    ]);
  });

  it('it refuses a server that is too old', async () => {
    const send = answering({ 'INFO server': 'redis_version:6.0.16\r\n' });
    expect(await refusalOf(new RedisStore({ send }))).toBe(
      'RedisStore needs Redis 6.2 or later, or Valkey; this server is Redis 6.0.16.',
    );
    const young = answering({ 'INFO server': 'redis_version:6.2.0\r\n' });
    expect(await linesOf(new RedisStore({ send: young }))).toEqual([]);
  });

  it('a server that says nothing of itself is tried all the same', async () => {
    const send = answering({ INFO: new Error("NOPERM this user has no permissions to run the 'info' command") });
    expect(await linesOf(new RedisStore({ send }))).toEqual([]);
  });

  it('one that does not say what it does when it is full is not judged by that', async () => {
    expect(await linesOf(new RedisStore({ send: answering({ 'INFO memory': '' }) }))).toEqual([]);
  });

  it.each([
    ['LOADING Redis is loading the dataset in memory', 'it is loading its data (LOADING)'],
    ['the connection is gone', 'the connection is gone'],
  ])('it waits when it cannot ask (%s)', async (message, said) => {
    expect(await linesOf(new RedisStore({ send: answering({ INFO: new Error(message) }) }))).toEqual([
      `warn: RedisStore: Redis cannot be used yet (${said}). Sessions work as soon as it can.`,
    ]);
  });

  it.each([
    [60_000, '60 s behind'],
    [-60_000, '60 s ahead of'],
  ])('it warns of clocks that differ by %p ms', async (skew, said) => {
    expect(await linesOf(new RedisStore({ client: redis }), Date.now() + skew)).toEqual([
      expect.stringContaining(`Redis's clock is ${said} this machine's`),
    ]);
  });

  it.each(['evalsha', 'get', 'mget', 'set', 'setrange', 'pexpireat', 'time'])(
    'it says so when its user may not use %s',
    async (command) => {
      const [user, password] = [`user-${command}`, 'secret'];
      await redis.acl('SETUSER', user, 'on', `>${password}`, '~*', '+@all', `-${command}`);
      const client = new Redis(server.url, { username: user, password });
      const refusal = await refusalOf(new RedisStore({ client }));
      expect(refusal).toMatch(/may not do what the store needs \(.*It needs the commands GET, MGET, SET/s);
      expect(refusal).not.toContain(password);
      client.disconnect();
    },
  );

  it('it needs no other commands than it says', async () => {
    const commands = [
      'get',
      'mget',
      'set',
      'getrange',
      'setrange',
      'strlen',
      'exists',
      'del',
      'pexpireat',
      'time',
      'eval',
      'evalsha',
    ];
    const rules = ['on', '>secret', '~sessions:*', '-@all', ...commands.map((command) => `+${command}`)];
    await redis.acl('SETUSER', 'least', ...rules);
    const client = new Redis(server.url, { username: 'least', password: 'secret', enableReadyCheck: false });
    expect(await linesOf(new RedisStore({ client }))).toEqual([]);
    client.disconnect();
  });

  it.each([
    'LOADING Redis is loading the dataset in memory',
    'READONLY You can’t write',
    'OOM command not allowed',
    'MISCONF',
  ])('it waits for what heals: %s', async (message) => {
    const send = answering({ EVALSHA: new Error(message) });
    const [code] = message.split(' ');
    expect(await linesOf(new RedisStore({ send }))).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          `^warn: RedisStore: Redis cannot be used yet \\(.* \\(${code}\\)\\). Sessions work as soon`,
        ),
      ]),
    );
  });

  it('it refuses a client that breaks long texts', async () => {
    const send: SendCommand = async (_key, [name = '', ...args]) => {
      const answer = await redis.call(name, ...args);
      return name === 'EVAL' && typeof answer === 'string' ? answer.replace(/€(?=[^€]*$)/, '\ufffd') : answer;
    };
    expect(await refusalOf(new RedisStore({ send }))).toBe(
      'RedisStore: the client breaks long texts, as node-redis 5.0 to 5.8 does. Use a later version of it.',
    );
  });

  it.each([
    [
      'Too many Cluster redirections. Last error: ReplyError: MOVED 3681 10.0.0.7:7800',
      'Too many Cluster redirections.',
    ],
    ['', 'the client gave up'],
  ])('it says what the client says (%p), and names no host', async (message, said) => {
    expect(await linesOf(new RedisStore({ send: () => Promise.reject(new Error(message)) }))).toEqual([
      `warn: RedisStore: Redis cannot be used yet (${said}). Sessions work as soon as it can.`,
    ]);
  });

  it('it refuses a client without the password that the server wants', async () => {
    const send = answering({ TIME: new Error('NOAUTH Authentication required.') });
    expect(await refusalOf(new RedisStore({ send }))).toBe(
      'RedisStore: Redis cannot keep sessions: it wants a password, and the client has none (NOAUTH).',
    );
  });

  it('it refuses a plain client of a node of a Cluster', async () => {
    const send = answering({ SET: new Error('MOVED 3999 127.0.0.1:6381') });
    expect(await refusalOf(new RedisStore({ send }))).toBe(
      'RedisStore: the server is a node of a Cluster: give the store a Cluster client.',
    );
  });

  it('it tries a second time where the first session was forgotten, as by a server that is restarted just then', async () => {
    let forgets = true;
    const send: SendCommand = async (key, [name = '', ...args]) => {
      if (name === 'EVALSHA' && forgets) {
        forgets = false;
        await redis.del(key);
      }
      return redis.call(name, ...args);
    };
    expect(await linesOf(new RedisStore({ send }))).toEqual([]);
    expect(forgets).toBe(false);
  });

  it('it refuses a server on which a step does nothing', async () => {
    const send = answering({ EVALSHA: '0' });
    expect(await refusalOf(new RedisStore({ send }))).toBe(
      'RedisStore: a session was not locked as it had been written.',
    );
  });
});
