import { SessionStoreError } from 'nestjs-sessions';
import { type MemcachedClient, MemcachedStore } from 'nestjs-sessions/memcached';
import { MemcachedModel } from '../support/models/memcached-model.js';
import { trialOf } from '../support/stores/trial-of.js';

describe('MemcachedStore, with a client that', () => {
  const unused = (): never => {
    throw new Error('unused');
  };
  const silent: MemcachedClient = { gets: () => {}, add: () => {}, cas: () => {} };

  async function failureOf(client: MemcachedClient): Promise<unknown> {
    const store = new MemcachedStore({ client, commandTimeout: 50 });
    const error: unknown = await store.load({ id: 'id' }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(SessionStoreError);
    return error;
  }

  it('never calls back, gives up in time', async () => {
    const started = performance.now();
    expect(await failureOf(silent)).toMatchObject({
      message: 'memcached did not answer within 50 ms (commandTimeout)',
    });
    expect(performance.now() - started).toBeLessThan(60_000);
  });

  it('throws, fails', async () => {
    expect(await failureOf({ ...silent, gets: unused })).toMatchObject({ message: 'memcached failed: unused' });
  });

  it.each([
    ['an error', new Error('broken')],
    ['a list of errors', [new Error('broken'), new Error('too')]],
    ['a text', 'broken'],
  ])('calls back with %s, fails', async (_, error) => {
    const client: MemcachedClient = { ...silent, gets: (_key, callback) => callback(error, undefined) };
    expect(await failureOf(client)).toMatchObject({ message: 'memcached failed: broken' });
  });

  it('stores nothing and gives no reason, fails: that is how the package tells of a server that is full', async () => {
    const client: MemcachedClient = { ...silent, add: (...args) => args[3](undefined, false) };
    const store = new MemcachedStore({ client });
    const record = { data: '{}', createdAt: 0, expiresAt: Date.now() + 1_000 };
    await expect(store.create({ id: 'id', record })).rejects.toThrow(
      'memcached failed: the server refused to store a value',
    );
  });

  it('does not replace a value that nobody has changed, fails: its server is out of memory', async () => {
    const memcached = new MemcachedModel();
    const trial = trialOf(new MemcachedStore({ client: memcached }));
    const { id, record, version } = await trial.given();
    memcached.cas = (...args) => args[4](undefined, false);
    await expect(trial.store.update({ id, record, guard: { version } })).rejects.toThrow(
      'memcached refused to store a session; it may be out of memory',
    );
  });

  it('puts a namespace of its own before the key, is understood', async () => {
    const memcached = new MemcachedModel();
    const client: MemcachedClient = {
      gets: (key, callback) =>
        memcached.gets(key, (error, answer) =>
          callback(error, answer && { [`namespace:${key}`]: answer[key], cas: answer['cas'] }),
        ),
      add: (...args) => memcached.add(...args),
      cas: (...args) => memcached.cas(...args),
    };
    const trial = trialOf(new MemcachedStore({ client }));
    const { id } = await trial.given();
    await trial.found(id);
  });

  it('calls back with null where there is no error, is understood', async () => {
    const memcached = new MemcachedModel();
    const client: MemcachedClient = {
      gets: (key, callback) => memcached.gets(key, (_, answer) => callback(null, answer)),
      add: (key, value, lifetime, callback) =>
        memcached.add(key, value, lifetime, (error, isStored) => callback(error ?? null, isStored)),
      cas: (key, value, cas, lifetime, callback) =>
        memcached.cas(key, value, cas, lifetime, (_, isStored) => callback(null, isStored)),
    };
    const trial = trialOf(new MemcachedStore({ client }));
    const { id, record } = await trial.given();
    expect(await trial.store.create({ id, record })).toBe(false);
    await trial.isFree(id);
  });

  it.each([
    ['for another key', { 'sessions:other': '{}', cas: '1' }],
    ['without what a write needs', { 'sessions:id': '{}' }],
  ])('answers %s, fails', async (_, answer) => {
    const client: MemcachedClient = { ...silent, gets: (_key, callback) => callback(undefined, answer) };
    expect(await failureOf(client)).toMatchObject({
      message: 'memcached answered for another key than it was asked for',
    });
  });

  it('finds each time that another has written first, is given up after a hundred attempts', async () => {
    const memcached = new MemcachedModel();
    const trial = trialOf(new MemcachedStore({ client: memcached }));
    const { id, record } = await trial.given();
    let attempts = 0;
    const cas = memcached.cas.bind(memcached);
    memcached.cas = (key, value, seen, lifetime, callback) => {
      attempts += 1;
      if (attempts > 500) cas(key, value, seen, lifetime, callback);
      else
        memcached.gets(key, (_, answer) =>
          cas(key, String(answer?.[key]), seen, lifetime, () => callback(undefined, false)),
        );
    };
    await expect(trial.store.touch({ id, expiresAt: record.expiresAt + 1 })).rejects.toThrow(
      'A session was changed 100 times while it was to be written',
    );
    expect(attempts).toBe(100);
  });

  it('forgets a session while it is written, has none', async () => {
    const memcached = new MemcachedModel();
    const trial = trialOf(new MemcachedStore({ client: memcached }));
    const { id, record, version } = await trial.given();
    const cas = memcached.cas.bind(memcached);
    memcached.cas = (key, value, seen, _, callback) => cas(key, value, seen, -1, () => callback(undefined, false));
    expect(await trial.store.update({ id, record, guard: { version } })).toBe(false);
    await trial.isMissing(id);
  });

  it('reads over another connection than it writes, and is answered too early, costs a trip and no lock', async () => {
    const memcached = new MemcachedModel();
    const client: MemcachedClient = {
      gets: (...args) => memcached.gets(...args),
      add: (...args) => memcached.add(...args),
      cas: (...args) => void setTimeout(() => memcached.cas(...args), 5),
    };
    const trial = trialOf(new MemcachedStore({ client }));
    const { id, record, version, token } = await trial.givenLocked();
    await trial.isLocked(id);
    const guard = { version, lock: { token, release: true } };
    expect(await trial.store.update({ id, record, guard })).not.toBe(false);
    await trial.isFree(id);
  });

  it('reads over another connection than it writes, and is answered too late, does not take the lock of the next for its own', async () => {
    const memcached = new MemcachedModel();
    const next = new MemcachedStore({ client: memcached });
    const holder = { route: 'GET /', process: 'next', since: 0 };
    let isLate = false;
    const client: MemcachedClient = {
      gets: (...args) => {
        if (!isLate) {
          memcached.gets(...args);
          return;
        }
        isLate = false;
        setTimeout(
          () => void next.tryLock({ id, token: 'next', lease: 30_000, holder }).then(() => memcached.gets(...args)),
          20,
        );
      },
      add: (...args) => memcached.add(...args),
      cas: (...args) => {
        isLate = true;
        memcached.cas(...args);
      },
    };
    const store = new MemcachedStore({ client });
    const id = 'id';
    const record = { data: '{}', createdAt: 0, expiresAt: Date.now() + 60_000 };
    await store.create({ id, record });

    expect(await store.tryLock({ id, token: 'first', lease: 1, holder })).toMatchObject({ status: 'acquired' });
    isLate = false;

    expect(await store.unlock({ id, token: 'first' })).toBe(false);
    expect(await store.tryLock({ id, token: 'third', lease: 1, holder })).toMatchObject({ status: 'held' });
  });
});
