import { Redis } from 'ioredis';
import { SessionStoreError } from 'nestjs-sessions';
import { RedisStore } from 'nestjs-sessions/redis';
import { ManualClock } from 'nestjs-sessions/testing';
import { type ContractHarness, HOUR, written } from '../../lib/testing/contract/harness.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { FaultProxy } from '../support/servers/fault-proxy.js';
import { RedisServer } from '../support/servers/redis-server.js';
import { redisPackages } from '../support/stores/redis-clients.js';
import { type RedisTrial, tryRedis } from '../support/stores/redis-trial.js';
import { trialOf } from '../support/stores/trial-of.js';

/*
 * ioredis sends a command again whose connection broke; node-redis rejects it, and the store sends it again. In both cases the
 * server may execute it twice.
 */
describe.each(redisPackages)('RedisStore with %s, when a command was executed and its answer got lost', (way) => {
  let proxy: FaultProxy;
  let trial: RedisTrial['trial'];
  let store: RedisStore;
  let close: () => Promise<void>;
  /** Another process, by a way of its own. */
  let other: ContractHarness;
  let redis: Redis;
  beforeAll(async () => {
    const url = await RedisServer.sharedUrl();
    proxy = await FaultProxy.toUrl(url);
    const tried = await tryRedis(`redis://${proxy.address}`, way);
    ({ store, trial, close } = tried);
    redis = new Redis(url);
    other = trialOf(new RedisStore({ client: redis, prefix: tried.prefix }));
    // Scripts are known to the server: else the answer that gets lost says that one is not.
    const { id, record, version, token } = await trial.givenLocked();
    const lock = { token, release: false };
    const next = written(await store.update({ id, record, guard: { version, lock } }));
    await store.rotate({
      from: id,
      to: trial.id(),
      record,
      guard: { version: next, lock },
      tombstoneUntil: Date.now(),
    });
    await trial.isFree((await trial.given()).id);
    await trial.givenGone();
    await store.touch({ id: (await trial.given()).id, expiresAt: Date.now() + 2 * HOUR });
  });
  afterEach(() => expect(proxy.withdrawCut()).toBe(false));
  afterAll(async () => {
    redis.disconnect();
    await close();
    proxy.close();
  });

  /** The server executes the next command, its answer gets lost, and before it is sent again `meanwhile` happens. */
  async function losing<T>(work: () => Promise<T>, meanwhile: () => Promise<unknown> = async () => {}): Promise<T> {
    // Nobody gets in again until it has happened.
    await proxy.setMode('refuse');
    proxy.cutOnce('down', 0);
    const answer = work();
    while (proxy.connections > 0) await new Promise(setImmediate);
    await meanwhile();
    await proxy.setMode('ok');
    return answer;
  }

  it('what was created is not taken for another’s', async () => {
    const id = trial.id();
    const record = trial.record('mine');
    const version = written(await losing(() => store.create({ id, record })));
    expect(await store.load({ id })).toEqual({ status: 'found', record, version });
  });

  it('what was created is not taken for another’s either by a store that was closed and started again', async () => {
    await store.close();
    await store.start({ clock: new ManualClock(), logger: new RecordingLogger() });
    const id = trial.id();
    const record = trial.record('mine');
    const version = written(await losing(() => store.create({ id, record })));
    expect(await store.load({ id })).toEqual({ status: 'found', record, version });
  });

  it('what another created is', async () => {
    const { id } = await other.given('theirs');
    expect(await losing(() => store.create({ id, record: trial.record() }))).toBe(false);
    expect((await other.found(id)).record.data).toBe('theirs');
  });

  it('an update is made once, and its version is the one that is stored', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: true } };
    const next = { ...record, data: 'new' };
    const updated = written(await losing(() => store.update({ id, record: next, guard })));
    expect(await store.load({ id })).toEqual({ status: 'found', record: next, version: updated });
    await trial.isFree(id);
  });

  it('an update whose guard never held is refused, and not called unknown, when the session is gone', async () => {
    const { id, record, version } = await trial.given();
    await store.delete({ id, tombstoneUntil: Date.now() + HOUR });
    expect(await losing(() => store.update({ id, record, guard: { version } }))).toBe(false);
  });

  it('an update over which somebody has written since is an error, not a conflict: it is not made again', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: true } };
    const update = losing(
      () => store.update({ id, record: { ...record, data: 'mine' }, guard }),
      async () => {
        const theirs = await other.lock(id);
        expect(theirs.record.data).toBe('mine');
        const theirGuard = { version: theirs.version, lock: { token: theirs.token, release: true } };
        written(await other.store.update({ id, record: { ...record, data: 'mine and theirs' }, guard: theirGuard }));
      },
    );
    await expect(update).rejects.toThrow(SessionStoreError);
    expect((await other.found(id)).record.data).toBe('mine and theirs');
  });

  it('an update that let the lock go does not let go of the lock that another has taken since', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: true } };
    written(
      await losing(
        () => store.update({ id, record, guard }),
        () => other.lock(id),
      ),
    );
    await trial.isLocked(id);
  });

  it('a touch moves the expiry', async () => {
    const { id, record } = await trial.given();
    expect(await losing(() => store.touch({ id, expiresAt: record.expiresAt + 1_000 }))).toBe(true);
    expect((await trial.found(id)).record.expiresAt).toBe(record.expiresAt + 1_000);
  });

  it('a deletion is known to be ours', async () => {
    const { id } = await trial.given();
    expect(await losing(() => store.delete({ id, tombstoneUntil: Date.now() + HOUR }))).toBe(true);
    await trial.isGone(id, 'destroyed');
  });

  it('another’s deletion is not', async () => {
    const { id } = await other.givenGone();
    expect(await losing(() => store.delete({ id, tombstoneUntil: Date.now() + HOUR }))).toBe(false);
  });

  it('a rotation is known to be ours', async () => {
    const { id: from, record, version } = await trial.given();
    const to = trial.id();
    const rotation = { from, to, record, guard: { version }, tombstoneUntil: Date.now() + HOUR };
    const rotated = written(await losing(() => store.rotate(rotation)));
    expect(await store.load({ id: to })).toEqual({ status: 'found', record, version: rotated });
    await trial.isGone(from, 'rotated');
  });

  it('a lock is ours', async () => {
    const { id } = await trial.given();
    const { token } = await losing(() => trial.lock(id));
    expect(await store.renewLock({ id, token, lease: HOUR })).toBe(true);
  });

  it('an unlock is known to be ours', async () => {
    const { id, token } = await trial.givenLocked();
    expect(await losing(() => store.unlock({ id, token }))).toBe(true);
    await trial.isFree(id);
  });

  it('an unlock after which another has locked is an error: whether it was ours is unknown', async () => {
    const { id, token } = await trial.givenLocked();
    const unlock = losing(
      () => store.unlock({ id, token }),
      () => other.lock(id),
    );
    await expect(unlock).rejects.toThrow(SessionStoreError);
    await trial.isLocked(id);
  });
});
