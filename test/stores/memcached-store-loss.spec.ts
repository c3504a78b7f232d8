import { SessionStoreError } from 'nestjs-sessions';
import { MemcachedStore } from 'nestjs-sessions/memcached';
import type { ContractHarness } from '../../lib/testing/contract/harness.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { trialOf } from '../support/stores/trial-of.js';

const HOUR = 3_600_000;

/** What memcached forgets is gone, and is brought back by nobody. */
describe('MemcachedStore, when memcached forgets', () => {
  let server: MemcachedServer;
  let store: MemcachedStore;
  let trial: ContractHarness;

  async function begin(options: readonly string[] = []): Promise<void> {
    server = await MemcachedServer.start(options);
    store = new MemcachedStore({ servers: server.address });
    trial = trialOf(store);
  }
  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  async function isLost({
    id,
    record,
    version,
    token,
  }: Awaited<ReturnType<ContractHarness['givenLocked']>>): Promise<void> {
    const lock = { token, release: true };
    expect(await store.update({ id, record, guard: { version, lock } })).toBe(false);
    expect(await store.touch({ id, expiresAt: Date.now() + HOUR })).toBe(false);
    expect(await store.renewLock({ id, token, lease: HOUR })).toBe(false);
    expect(await store.unlock({ id, token, expiresAt: Date.now() + HOUR })).toBe(false);
    expect(await store.delete({ id, tombstoneUntil: Date.now() + HOUR })).toBe(false);
    const rotation = { from: id, to: trial.id(), record, guard: { version, lock }, tombstoneUntil: Date.now() + HOUR };
    expect(await store.rotate(rotation)).toBe(false);
    await trial.isMissing(rotation.to);
    await trial.isMissing(id);
  }

  it('a restart loses sessions and locks, and a request that was running brings none back', async () => {
    await begin();
    const session = await trial.givenLocked();
    await server.stop();
    await server.start();
    await isLost(session);
    expect(await server.stats()).toMatchObject({ curr_items: 0 });
    await trial.givenLocked();
  });

  it('a full server drops session and lock together, and a request that was running brings none back', async () => {
    await begin(['-m', '2']);
    const data = 'x'.repeat(10_000);
    const session = await trial.given(data);
    const lock = await trial.lock(session.id);
    // The server keeps items of about one size together, and drops the oldest of them.
    for (let n = 0; n < 1_000; n += 1) await trial.given(data);
    await isLost({ ...session, ...lock });
  });

  it('a server that is full and drops nothing refuses what is new, and sessions stay as they were', async () => {
    await begin(['-m', '2', '-M']);
    const session = await trial.givenLocked();
    const filler = 'x'.repeat(100_000);
    await expect(fillUp()).rejects.toThrow(SessionStoreError);
    const { id, record, version, token } = session;
    const guard = { version, lock: { token, release: true } };
    const refused = store.update({ id, record: { ...record, data: filler }, guard });
    await expect(refused).rejects.toThrow('out of memory storing object');
    expect((await trial.found(id)).record).toEqual(record);
    await trial.isLocked(id);

    async function fillUp(): Promise<void> {
      for (;;) await trial.given(filler);
    }
  });
});
