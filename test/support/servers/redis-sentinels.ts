import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { until } from '../basics/within.js';
import { RedisServer } from './redis-server.js';

const SENTINELS = 3;
/** Of which so many have to agree. */
const QUORUM = '2';

/** A real master with a replica, and three Sentinels that put the replica into the place of a master that is down. */
export class RedisSentinels {
  static readonly masterName = 'main';

  private constructor(
    readonly master: RedisServer,
    private readonly replica: RedisServer,
    private readonly sentinels: readonly RedisServer[],
  ) {}

  static async start(): Promise<RedisSentinels> {
    const master = await RedisServer.start({ 'repl-diskless-sync-delay': '0' });
    const replica = await RedisServer.start({ replicaof: `127.0.0.1 ${master.port}` });
    // They ask the master for its replicas when they begin, and then every ten seconds.
    await until('its replica is connected', async () =>
      /^connected_slaves:1/m.test(String(await master.ask('INFO', 'replication'))),
    );
    await master.untilReplicated();
    const name = RedisSentinels.masterName;
    // Longer than the jump of their clock after which Sentinels do nothing: else a machine that stood still is a master that is down.
    const lines = [
      `sentinel monitor ${name} 127.0.0.1 ${master.port} ${QUORUM}`,
      `sentinel down-after-milliseconds ${name} 3000`,
      `sentinel failover-timeout ${name} 10000`,
    ];
    const sentinels = await Promise.all(Array.from({ length: SENTINELS }, () => RedisServer.startSentinel(lines)));
    const known = `status=ok,address=127.0.0.1:${master.port},slaves=1,sentinels=${SENTINELS}`;
    for (const sentinel of sentinels) {
      await until('each knows the others', async () => String(await sentinel.ask('INFO', 'sentinel')).includes(known));
    }
    return new RedisSentinels(master, replica, sentinels);
  }

  /** Of the Sentinels. */
  get addresses(): { host: string; port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** From now on the master acknowledges what its replica does not get. Whoever is connected stays so, and nobody else gets in. */
  async cutReplication(): Promise<void> {
    await this.master.untilReplicated();
    const redis = new Redis(this.master.url);
    await redis.config('SET', 'requirepass', randomBytes(6).toString('hex'));
    await redis.client('KILL', 'TYPE', 'replica');
    redis.disconnect();
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.sentinels, this.master, this.replica].map((server) => server.dispose()));
  }
}
