import { MemcachedStore } from 'nestjs-sessions/memcached';
import { type ContractHarness, written } from '../../lib/testing/contract/harness.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { trialOf } from '../support/stores/trial-of.js';

const LEASE = 30_000;

/** A holder writes without reading again. That must not make it deaf to what others write meanwhile. */
describe('MemcachedStore, while a lock is held', () => {
  let server: MemcachedServer;
  let store: MemcachedStore;
  let elsewhere: MemcachedStore;
  let trial: ContractHarness;

  beforeAll(async () => {
    server = await MemcachedServer.shared();
    store = new MemcachedStore({ servers: server.address });
    elsewhere = new MemcachedStore({ servers: server.address });
    trial = trialOf(store);
  });
  afterAll(async () => {
    await Promise.all([store.close(), elsewhere.close()]);
    await server.stop();
  });

  it('the holder can write over what another process wrote, once it has seen it', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const theirs = written(await elsewhere.update({ id, record: { ...record, data: 'theirs' }, guard: { version } }));
    const guard = { version: theirs, lock: { token, release: true } };
    written(await store.update({ id, record: { ...record, data: 'mine' }, guard }));
    expect((await trial.found(id)).record.data).toBe('mine');
  });

  it('the holder is refused, as anybody is, when it would write over what it has written since', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: false } };
    written(await store.update({ id, record: { ...record, data: 'second' }, guard }));
    expect(await store.update({ id, record: { ...record, data: 'third' }, guard })).toBe(false);
    expect((await trial.found(id)).record.data).toBe('second');
  });

  it('the holder can give a new id to what another process wrote, once it has seen it', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const theirs = written(await elsewhere.update({ id, record: { ...record, data: 'theirs' }, guard: { version } }));
    const guard = { version: theirs, lock: { token, release: true } };
    written(await store.rotate({ from: id, to: trial.id(), record, guard, tombstoneUntil: Date.now() + LEASE }));
    await trial.isGone(id, 'rotated');
  });

  it('a touch from another process costs the holder nothing, and is kept', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const expiresAt = record.expiresAt + 5_000;
    await elsewhere.touch({ id, expiresAt });
    const guard = { version, lock: { token, release: true } };
    written(await store.update({ id, record: { ...record, data: 'new' }, guard }));
    expect((await trial.found(id)).record).toEqual({ ...record, data: 'new', expiresAt });
  });

  it('another process can renew, use and free the lock, if it knows the token', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    expect(await elsewhere.renewLock({ id, token, lease: LEASE })).toBe(true);
    const guard = { version, lock: { token, release: false } };
    written(await elsewhere.update({ id, record, guard }));
    expect(await elsewhere.unlock({ id, token })).toBe(true);
    expect(await store.unlock({ id, token })).toBe(false);
  });
});
