import { Redis } from 'ioredis';
import { Redis as Valkey } from 'iovalkey';
import { type RedisClient, RedisStore } from 'nestjs-sessions/redis';
import { ManualClock } from 'nestjs-sessions/testing';
import { createSentinel } from 'redis';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { RedisSentinels } from '../support/servers/redis-sentinels.js';
import { trialOf } from '../support/stores/trial-of.js';
import { whenBack } from '../support/stores/when-back.js';

const SESSIONS = 20;

interface OpenedSentinels {
  readonly client: RedisClient;
  close(): void;
}

const name = RedisSentinels.masterName;
const ways = {
  ioredis: async ({ addresses: sentinels }: RedisSentinels): Promise<OpenedSentinels> => {
    const client = new Redis({ sentinels, name });
    return { client, close: () => client.disconnect() };
  },
  iovalkey: async ({ addresses: sentinels }: RedisSentinels): Promise<OpenedSentinels> => {
    const client = new Valkey({ sentinels, name });
    return { client, close: () => client.disconnect() };
  },
  'node-redis': async ({ addresses: sentinelRootNodes }: RedisSentinels): Promise<OpenedSentinels> => {
    const client = createSentinel({ name, sentinelRootNodes });
    await client.connect();
    return { client, close: () => void client.destroy() };
  },
};

describe.each(Object.entries(ways))('RedisStore with %s that asks Sentinels', (_, open) => {
  it('loses, when the master is killed, what its replica had not got, a logout among it, and nothing else', async () => {
    const sentinels = await RedisSentinels.start();
    const { client, close } = await open(sentinels);
    const store = new RedisStore({ client });
    const logger = new RecordingLogger();
    await store.start({ clock: new ManualClock(Date.now()), logger });
    expect(logger.lines).toEqual([]);
    const trial = trialOf(store);
    const many = <T>(work: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: SESSIONS }, work));
    const locked = await many(() => trial.givenLocked());
    const ended = await many(() => trial.givenGone());
    const moved = await many(() => trial.givenRotated());
    const [overwritten, loggedOut] = [await trial.given('before'), await trial.given('before')];

    await sentinels.cutReplication();
    const record = { ...overwritten.record, data: 'after' };
    written(await store.update({ id: overwritten.id, record, guard: { version: overwritten.version } }));
    expect(await store.delete({ id: loggedOut.id, tombstoneUntil: Date.now() + HOUR })).toBe(true);
    await sentinels.master.stop();

    for (const { id, record, version, token } of locked) {
      expect(await whenBack(() => store.load({ id }))).toEqual({ status: 'found', record, version });
      await whenBack(() => trial.isLocked(id));
      written(await whenBack(() => store.update({ id, record, guard: { version, lock: { token, release: true } } })));
    }
    for (const { id } of ended) await whenBack(() => trial.isGone(id, 'destroyed'));
    for (const { id } of moved) await whenBack(() => trial.isGone(id, 'rotated'));
    for (const { id, record, version } of [overwritten, loggedOut]) {
      expect(await whenBack(() => store.load({ id }))).toEqual({ status: 'found', record, version });
    }
    close();
    await sentinels.dispose();
  }, 120_000);
});
