import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { RedisStore } from 'nestjs-sessions/redis';
import { until } from '../../support/basics/within.js';
import { expectHealing, type Fault, outage, OUTAGE, STORE_TIMEOUT, VISITORS } from '../../support/http/healing.js';
import { FaultProxy } from '../../support/servers/fault-proxy.js';
import { RedisServer } from '../../support/servers/redis-server.js';
import { redisClients, type RedisPackage } from '../../support/stores/redis-clients.js';

const PASSWORD = 'a-password-that-no-log-shows';

let server: RedisServer;
let replica: RedisServer;
let proxy: FaultProxy;
beforeAll(async () => {
  server = await RedisServer.start({
    appendonly: 'yes',
    appendfsync: 'always',
    'repl-diskless-sync-delay': '0',
    'enable-debug-command': 'yes',
    // While it loads, it answers once for so many bytes.
    'loading-process-events-interval-bytes': '1024',
  });
  replica = await RedisServer.start({ replicaof: `127.0.0.1 ${server.port}` });
  proxy = await FaultProxy.to(server.port);
});
beforeEach(async () => {
  await Promise.all([letIn(server), letIn(replica)]);
  // For as long as a server copies itself to a replica it refuses no write for want of memory.
  await keepUp();
});
afterAll(async () => {
  proxy.close();
  await replica.dispose();
  await server.dispose();
});

function letIn(to: RedisServer): Promise<unknown> {
  return to.ask('ACL', 'SETUSER', 'visited', 'reset', 'on', `>${PASSWORD}`, '~*', '+@all');
}

/** What was acknowledged before is on the replica from now on: one that is behind is another fault. */
async function keepUp(): Promise<void> {
  const admin = new Redis(server.url);
  await admin.set('the last write', '1');
  expect(await admin.wait(1, 60_000)).toBe(1);
  admin.disconnect();
}

async function snapshotFile(): Promise<string> {
  const setting = async (name: string): Promise<string> => {
    const [, value = ''] = (await server.ask('CONFIG', 'GET', name)) as readonly string[];
    return value;
  };
  return join(await setting('dir'), await setting('dbfilename'));
}

async function takeSnapshot(outcome: 'ok' | 'err'): Promise<void> {
  const isOver = async (): Promise<boolean> =>
    new RegExp(`bgsave_in_progress:0[^]*last_bgsave_status:${outcome}`).test(
      String(await server.ask('INFO', 'persistence')),
    );
  await server.ask('BGSAVE');
  await until(`a snapshot: ${outcome}`, isOver);
}

type Command = readonly [string, ...string[]];

/** A change of the server, for a while. */
function forAWhile(change: readonly Command[], back: readonly Command[]): () => Promise<void> {
  return async () => {
    for (const command of change) await server.ask(...command);
    await outage();
    for (const command of back) await server.ask(...command);
  };
}

const KILL: Command = ['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'];

const faults: readonly Fault[] = [
  { name: 'all connections are reset', inject: async () => proxy.killAll() },
  { name: 'an administrator ends all connections', inject: () => server.ask(...KILL) },
  {
    name: 'a firewall forgets idle connections, and tells nobody',
    inject: async () => proxy.forgetConnections(),
    // All visitors share the connection, until the client's time limit has ended it.
    mayFail: VISITORS,
  },
  { name: 'the server forgets its scripts', inject: () => server.ask('SCRIPT', 'FLUSH') },
  {
    name: 'the network swallows everything for a second',
    inject: () => proxy.swallow(OUTAGE),
    mayFail: VISITORS,
  },
  {
    name: 'the server is restarted',
    inject: async () => {
      await server.stop();
      await server.startAgain();
      await letIn(server);
    },
    mayFail: VISITORS,
  },
  { name: 'the server pauses for a second (`CLIENT PAUSE`)', inject: () => server.ask('CLIENT', 'PAUSE', '1000') },
  {
    name: 'the address leads to a replica for a second, and back',
    inject: async () => {
      await keepUp();
      proxy.leadTo(replica.port);
      proxy.killAll();
      await outage();
      proxy.leadTo(server.port);
      proxy.killAll();
    },
    // A lock that the replica had not heard of stays on the master, with its lease.
    mayFail: VISITORS,
    says: /read-only: a replica/,
  },
  {
    name: 'the server becomes a replica without a master for a second (`MASTERDOWN`)',
    inject: forAWhile(
      [
        ['CONFIG', 'SET', 'replica-serve-stale-data', 'no'],
        ['REPLICAOF', '127.0.0.1', '1'],
      ],
      [
        ['REPLICAOF', 'NO', 'ONE'],
        ['CONFIG', 'SET', 'replica-serve-stale-data', 'yes'],
      ],
    ),
    says: /replica/,
  },
  {
    name: 'the server is out of memory for a second (`OOM`)',
    inject: forAWhile([['CONFIG', 'SET', 'maxmemory', '1']], [['CONFIG', 'SET', 'maxmemory', '0']]),
    says: /out of memory/,
  },
  {
    name: 'the last snapshot failed, and for a second no other succeeds (`MISCONF`)',
    inject: async () => {
      const snapshot = await snapshotFile();
      await rm(snapshot, { force: true });
      await mkdir(join(snapshot, 'in the way'), { recursive: true });
      await server.ask('CONFIG', 'SET', 'save', '3600 1000000');
      await takeSnapshot('err');
      await outage();
      await rm(snapshot, { recursive: true });
      await takeSnapshot('ok');
      await server.ask('CONFIG', 'SET', 'save', '');
    },
    says: /it cannot write to its disk, and takes no writes/,
  },
  {
    name: 'the server loads its data for a second (`LOADING`)',
    inject: async () => {
      const keys = Number(await server.ask('DBSIZE'));
      await server.ask('CONFIG', 'SET', 'key-load-delay', String(Math.ceil((OUTAGE * 1_000) / keys)));
      await server.ask('DEBUG', 'RELOAD');
      await server.ask('CONFIG', 'SET', 'key-load-delay', '0');
    },
    says: /it is loading its data/,
  },
  {
    name: 'too few replicas are there for a second (`NOREPLICAS`)',
    inject: forAWhile(
      [['CONFIG', 'SET', 'min-replicas-to-write', '5']],
      [['CONFIG', 'SET', 'min-replicas-to-write', '0']],
    ),
    says: /fewer replicas/,
  },
  {
    name: 'a script of somebody else runs for a second (`BUSY`)',
    inject: async () => {
      await server.ask('CONFIG', 'SET', 'busy-reply-threshold', '50');
      const endless = server.ask('EVAL', 'while true do end', '0').catch(() => undefined);
      await outage();
      await server.ask('SCRIPT', 'KILL');
      await endless;
    },
    says: /script/,
  },
  {
    name: 'the user may not run scripts for a second (`NOPERM`)',
    inject: forAWhile(
      [['ACL', 'SETUSER', 'visited', '-evalsha', '-eval']],
      [['ACL', 'SETUSER', 'visited', '+evalsha', '+eval']],
    ),
    says: /the user of the client may not do what the store needs/,
  },
  {
    name: 'the user may not write its keys for a second (`NOPERM`)',
    inject: forAWhile([['ACL', 'SETUSER', 'visited', 'resetkeys', '%R~*']], [['ACL', 'SETUSER', 'visited', '~*']]),
    says: /the user of the client may not do what the store needs/,
  },
  {
    name: 'the password of the user is another one for a second (`WRONGPASS`)',
    inject: forAWhile(
      [['ACL', 'SETUSER', 'visited', 'resetpass', '>another'], KILL],
      [['ACL', 'SETUSER', 'visited', 'resetpass', `>${PASSWORD}`]],
    ),
    says: /refuses the user or the password/,
    mayFail: VISITORS,
  },
  {
    name: 'the server takes no more connections for a second (`maxclients`)',
    inject: async () => {
      // Has the one connection that there may be.
      const admin = new Redis(server.url);
      await admin.config('SET', 'maxclients', '1');
      await admin.call(...KILL);
      await outage();
      await admin.config('SET', 'maxclients', '10000');
      admin.disconnect();
    },
    mayFail: VISITORS,
  },
  { name: 'the server is emptied (`FLUSHALL`)', inject: () => server.ask('FLUSHALL'), forgets: true },
];

describe.each<RedisPackage>(['ioredis', 'node-redis'])('Sessions in Redis, by %s, heal', (way) => {
  it.each(faults)('when $name', async (fault) => {
    const url = `redis://visited:${PASSWORD}@${proxy.address}`;
    const { client, connect, close } = redisClients[way](url, { deadline: STORE_TIMEOUT / 2 });
    await connect();
    try {
      await expectHealing(new RedisStore({ client }), fault, [PASSWORD]);
    } finally {
      close();
    }
  });
});
