import { MemcachedStore } from 'nestjs-sessions/memcached';
import { ManualClock } from 'nestjs-sessions/testing';
import { type ContractHarness, written } from '../../lib/testing/contract/harness.js';
import { Gate } from '../support/basics/gate.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { TappedMemcached } from '../support/stores/tapped-memcached.js';
import { trialOf } from '../support/stores/trial-of.js';

const LEASE = 30_000;
const HOUR = 3_600_000;

/** What a process knows of a session may be overtaken by what another does. */
describe('MemcachedStore, when another process is faster', () => {
  let server: MemcachedServer;
  let client: TappedMemcached;
  let clock: ManualClock;
  let store: MemcachedStore;
  let elsewhere: MemcachedStore;
  let trial: ContractHarness;

  beforeAll(async () => {
    server = await MemcachedServer.shared();
  });
  beforeEach(async () => {
    clock = new ManualClock(Date.now());
    client = new TappedMemcached(server.address);
    store = new MemcachedStore({ client });
    elsewhere = new MemcachedStore({ servers: server.address });
    for (const each of [store, elsewhere]) await each.start({ clock, logger: new RecordingLogger() });
    trial = trialOf(store, clock);
  });
  afterEach(async () => {
    await elsewhere.close();
    client.end();
  });
  afterAll(() => server.stop());

  it('a record that was to move from an id is never valid when that id was destroyed and not rotated', async () => {
    const { id, record, version } = await trial.given();
    const to = trial.id();
    // The process dies between its two writes: the record stands under the new id, and the old one is not buried.
    client.once('cas', (_, fail) => fail(new Error('the process died')));
    const tombstoneUntil = clock.now() + HOUR;
    const rotation = store.rotate({ from: id, to, record, guard: { version }, tombstoneUntil });
    await expect(rotation).rejects.toThrow('the process died');
    await trial.found(id);

    expect(await elsewhere.delete({ id, tombstoneUntil })).toBe(true);

    await trial.isGone(id, 'destroyed');
    await trial.isMissing(to);
  });

  it.each<[string, (id: string, rotation: Parameters<MemcachedStore['rotate']>[0]) => Promise<unknown>]>([
    ['moved to a third id', (id, rotation) => elsewhere.rotate({ ...rotation, to: `${id}3` })],
    ['forgotten by the server', (id) => server.ask(`delete sessions:${id}`)],
  ])('nor when the id that it was to move from was %s meanwhile', async (_, end) => {
    const { id, record, version } = await trial.given();
    const to = trial.id();
    const rotation = { from: id, to, record, guard: { version }, tombstoneUntil: clock.now() + HOUR };
    client.once('cas', (_, fail) => fail(new Error('the process died')));
    await expect(store.rotate(rotation)).rejects.toThrow('the process died');

    await end(id, rotation);

    await trial.isMissing(to);
  });

  it('a holder does not take what another wrote right after the lock was granted for its own', async () => {
    const { id, record, version } = await trial.given();
    const token = trial.token();
    // The read behind the write of the lock, which tells the holder the cas id of its own write, is late.
    const readBack = new Gate();
    client.once('gets', (send) => {
      client.once('gets', (late) => void readBack.pass().then(late));
      send();
    });
    const locking = trial.tryLock(id, token, LEASE);
    await readBack.reached;
    while (!(await elsewhere.renewLock({ id, token, lease: LEASE })));
    written(await elsewhere.update({ id, record: { ...record, data: 'theirs' }, guard: { version } }));
    readBack.open();
    expect((await locking).status).toBe('acquired');

    const guard = { version, lock: { token, release: true } };
    expect(await store.update({ id, record: { ...record, data: 'mine' }, guard })).toBe(false);
    expect((await trial.found(id)).record.data).toBe('theirs');
  });

  it('a holder writes nothing once its session has expired, though nobody else has touched it', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    clock.set(record.expiresAt);

    expect(await store.update({ id, record, guard: { version, lock: { token, release: true } } })).toBe(false);
  });

  it('a lock is held also when what was to be read after its write got lost', async () => {
    const { id, record, version } = await trial.given();
    const token = trial.token();
    client.once('gets', (send) => {
      client.once('gets', (_, fail) => fail(new Error('the answer got lost')));
      send();
    });

    expect((await trial.tryLock(id, token, LEASE)).status).toBe('acquired');
    written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
  });

  it('what it knows of holders that never came back is dropped when their leases are over', async () => {
    const [abandoned, used] = [await trial.givenLocked({ lease: LEASE }), await trial.given()];
    clock.advance(LEASE);
    await trial.lock(used.id, LEASE);

    const before = client.counts.gets;
    expect(await store.unlock(abandoned)).toBe(true);

    // It had to ask again: nothing of the lock was kept.
    expect(client.counts.gets - before).toBe(1);
  });

  it('what it knows of a holder is kept while the lease goes on', async () => {
    const [holding, used] = [await trial.givenLocked({ lease: LEASE }), await trial.given()];
    clock.advance(LEASE - 1);
    await trial.lock(used.id, LEASE);

    const before = client.counts.gets;
    expect(await store.unlock(holding)).toBe(true);

    expect(client.counts.gets - before).toBe(0);
  });
});
