import { jest } from '@jest/globals';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { SessionStoreError } from 'nestjs-sessions';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import type { ContractHarness } from '../../lib/testing/contract/harness.js';
import { CountingBackend } from '../support/stores/counting-backend.js';
import { MemcacheKeyv } from '../support/stores/memcache-keyv.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { trialOf } from '../support/stores/trial-of.js';

const HOUR = 3_600_000;

/** Everything that has to ask the cache says that it cannot. */
async function expectOutage(trial: ContractHarness, work: () => Promise<void>): Promise<void> {
  const { store } = trial;
  const { id, record, version, token } = await trial.givenLocked();
  const guard = { version, lock: { token, release: true } };
  const tombstoneUntil = Date.now() + HOUR;
  await work();
  const asked: [string, Promise<unknown>][] = [
    ['load', store.load({ id })],
    ['create', store.create({ id: trial.id(), record })],
    ['touch', store.touch({ id, expiresAt: record.expiresAt + HOUR })],
    ['tryLock', store.tryLock({ id, token, lease: HOUR, holder: { route: '/', process: '', since: 0 } })],
    ['update', store.update({ id, record, guard })],
    ['rotate', store.rotate({ from: id, to: trial.id(), record, guard, tombstoneUntil })],
    ['delete', store.delete({ id, tombstoneUntil })],
  ];
  for (const [name, answer] of asked) {
    const outcome: unknown = await answer.catch((error: unknown) => error);
    expect([name, outcome]).toEqual([name, expect.any(SessionStoreError)]);
  }
}

describe('CacheManagerStore, when its backend is down', () => {
  it('a server that is gone is an error, and serves again as soon as it is back', async () => {
    const server = await MemcachedServer.start();
    const backend = new MemcacheKeyv(server, 0.2);
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [backend.keyv] }) }));
    await expectOutage(trial, () => server.stop());
    await server.start();
    await trial.given();
    backend.close();
    await server.stop();
  });

  it('a backend that answers for another key is an error, and nobody gets the session of another visitor', async () => {
    const backend = new CountingBackend();
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) }));
    const theirs = await trial.given('{"user":"ann"}');
    const { id } = await trial.given('{"user":"bob"}');
    for (const [key, value] of backend.values) {
      if (key.includes(theirs.id)) backend.values.set(key.replace(theirs.id, id), value);
    }

    const load = trial.store.load({ id });
    await expect(load).rejects.toThrow(SessionStoreError);
    await expect(load).rejects.toThrow('the cache answered for another key than it was asked for');
    expect((await trial.found(theirs.id)).record.data).toBe('{"user":"ann"}');
  });

  it.each(['throws', 'emits'] as const)('a backend that %s an error is an error', async (fault) => {
    const backend = new CountingBackend();
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) }));
    await expectOutage(trial, async () => {
      backend.fault = fault;
    });
    backend.fault = undefined;
    await trial.given();
  });

  it('a backend that refuses to store is an error, and the session stays as it was', async () => {
    const backend = new CountingBackend();
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) }));
    const { id, record, version } = await trial.given();
    backend.fault = 'refuses';
    const refused = trial.store.update({ id, record: { ...record, data: 'new' }, guard: { version } });
    await expect(refused).rejects.toThrow('it refused to store a value');
    backend.fault = undefined;
    expect((await trial.found(id)).record).toEqual(record);
  });

  it('after a write whose answer was lost, a holder does not write over what may be there', async () => {
    const backend = new CountingBackend();
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) }));
    const { id, record, version, token } = await trial.givenLocked();
    const guard = { version, lock: { token, release: true } };
    backend.confirms = 0;
    const lost = trial.store.update({ id, record: { ...record, data: 'first' }, guard });
    await expect(lost).rejects.toThrow(SessionStoreError);
    backend.confirms = Infinity;
    expect(await trial.store.renewLock({ id, token, lease: HOUR })).toBe(true);
    expect(await trial.store.update({ id, record: { ...record, data: 'second' }, guard })).toBe(false);
    expect((await trial.found(id)).record.data).toBe('first');
  });

  it('when it goes down in the middle of a change of ids, the old session stays', async () => {
    const backend = new CountingBackend();
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) }));
    const { id, record, version } = await trial.given('old');
    const tombstoneUntil = Date.now() + HOUR;
    const rotation = { from: id, to: trial.id(), record, guard: { version }, tombstoneUntil };
    backend.confirms = 0;
    await expect(trial.store.rotate(rotation)).rejects.toThrow(SessionStoreError);
    backend.confirms = Infinity;
    expect((await trial.found(id)).record).toEqual(record);
  });

  it('a backend that answers leaves no timer behind', async () => {
    const backend = new CountingBackend();
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) }));
    jest.useFakeTimers({ now: Date.now() });
    try {
      await trial.given();
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('a backend that never answers holds up a session for five seconds, and no longer', async () => {
    const backend = new CountingBackend();
    const trial = trialOf(new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) }));
    const { id, record, version } = await trial.given();
    jest.useFakeTimers({ now: Date.now() });
    try {
      backend.fault = 'hangs';
      const hanging = trial.store.update({ id, record, guard: { version } });
      const failure = expect(hanging).rejects.toThrow('it did not answer within 5000 ms');
      await jest.advanceTimersByTimeAsync(0);
      backend.fault = undefined;
      const waiting = trial.store.update({ id, record: { ...record, data: 'new' }, guard: { version } });
      await jest.advanceTimersByTimeAsync(5_000);
      await failure;
      expect(await waiting).not.toBe(false);
    } finally {
      jest.useRealTimers();
    }
  });
});
