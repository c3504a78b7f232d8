import { Redis } from 'ioredis';
import { RedisStore, type SendCommand } from 'nestjs-sessions/redis';
import { BURY, type Script, SETTLE } from '../../lib/stores/redis/scripts.js';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import { Gate } from '../support/basics/gate.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { type RedisTrial, tryRedis } from '../support/stores/redis-trial.js';

/** A rotation in the three steps of a Cluster, which stands before one of them. */
describe('RedisStore, while a rotation in a Cluster is half done', () => {
  let redis: Redis;
  /** Another process, which sees everything as it is. */
  let other: RedisTrial;
  beforeAll(async () => {
    const url = await RedisServer.sharedUrl();
    redis = new Redis(url);
    other = await tryRedis(url);
  });
  afterAll(async () => {
    redis.disconnect();
    await other.close();
  });

  function storeThatWaitsBefore({ source, sha }: Script, gate: Gate): RedisStore {
    const send: SendCommand = async (_key, [name = '', ...args]) => {
      if (args[1] === '2') throw new Error("CROSSSLOT Keys in request don't hash to the same slot");
      if (args[0] === sha || args[0] === source) await gate.pass();
      return redis.call(name, ...args);
    };
    return new RedisStore({ send, prefix: other.prefix });
  }

  it('before the old id is buried, the old one is valid, and the new one is neither found, locked nor free', async () => {
    const { trial, store } = other;
    const { id: from, record, version } = await trial.given('old');
    const to = trial.id();
    const gate = new Gate();
    const rotation = {
      from,
      to,
      record: { ...record, data: 'new' },
      guard: { version },
      tombstoneUntil: Date.now() + HOUR,
    };
    const rotated = storeThatWaitsBefore(BURY, gate).rotate(rotation);
    await gate.reached;
    await trial.isMissing(to);
    expect((await trial.found(from)).record.data).toBe('old');
    expect(await store.create({ id: to, record })).toBe(false);
    written(await store.update({ id: from, record: { ...record, data: 'changed' }, guard: { version } }));
    gate.open();
    expect(await rotated).toBe(false);
    expect((await trial.found(from)).record.data).toBe('changed');
    await trial.isMissing(to);
    written(await store.create({ id: to, record }));
  });

  it.each<[string, (store: RedisStore, id: string) => Promise<unknown>]>([
    ['alone', (store, id) => store.load({ id })],
    ['among others', async (store, id) => (await store.loadMany({ ids: [id] }))[0]],
  ])('after it is buried, the new one is found by whoever reads it without a lock, %s', async (_, read) => {
    const { trial, store } = other;
    const { id: from, record, version } = await trial.given('old');
    const to = trial.id();
    const gate = new Gate();
    const data = 'new';
    const rotation = { from, to, record: { ...record, data }, guard: { version }, tombstoneUntil: Date.now() + HOUR };
    const rotated = storeThatWaitsBefore(SETTLE, gate).rotate(rotation);
    await gate.reached;
    expect(await read(store, to)).toMatchObject({ status: 'found', record: { data } });
    gate.open();
    written(await rotated);
  });

  it.each([true, false])(
    'after it is buried, the new one is valid for whoever reads it, and locked unless that was released (%p)',
    async (release) => {
      const { trial, store } = other;
      const { id: from, record, version, token } = await trial.givenLocked();
      await store.touch({ id: from, expiresAt: record.expiresAt + 5_000 });
      const to = trial.id();
      const gate = new Gate();
      const guard = { version, lock: { token, release } };
      const rotation = { from, to, record: { ...record, data: 'new' }, guard, tombstoneUntil: Date.now() + HOUR };
      const rotated = storeThatWaitsBefore(SETTLE, gate).rotate(rotation);
      await gate.reached;
      await trial.isGone(from, 'rotated');
      await (release ? trial.isFree(to) : trial.isLocked(to));
      const found = await trial.found(to);
      expect(found.record).toEqual({ ...record, data: 'new', expiresAt: record.expiresAt + 5_000 });
      const next = written(await store.update({ id: to, record: found.record, guard: { version: found.version } }));
      gate.open();
      // The last step is taken only once, and undoes nothing.
      expect(await rotated).toBe(found.version);
      expect((await trial.found(to)).version).toBe(next);
      if (!release) expect(await store.unlock({ id: to, token })).toBe(true);
    },
  );
});
