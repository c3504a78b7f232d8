import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { SessionStoreError } from 'nestjs-sessions';
import { type MemcachedClient, MemcachedStore } from 'nestjs-sessions/memcached';
import { compiled } from '../support/processes/compiled.js';
import { MemcachedModel } from '../support/models/memcached-model.js';
import { MemcachedServer } from '../support/servers/memcached-server.js';
import { trialOf } from '../support/stores/trial-of.js';

const run = promisify(execFile);
const NOBODY = '127.0.0.1:1';

/** A process without any program to start, whose memcached is down. */
async function withoutMemcached(client: 'plain' | 'mended', address = NOBODY): Promise<string> {
  const file = compiled(new URL('../support/processes/memcached-down.ts', import.meta.url));
  const env = { ADDRESS: address, CLIENT: client, PATH: '/nowhere' };
  const { stdout } = await run(process.execPath, [file], { env });
  return stdout;
}

describe('The package memcached, when its server is down', () => {
  it('ends a process that cannot start "ping"', async () => {
    await expect(withoutMemcached('plain')).rejects.toThrow('spawn ping ENOENT');
  });

  it('mended, starts nothing, says that it failed, and keeps no process alive', async () => {
    expect(await withoutMemcached('mended')).toBe('failed\n'.repeat(5));
  });

  it('mended, says so as well when no connection comes about, and keeps no process alive for that', async () => {
    const server = await MemcachedServer.start(['-b', '1']);
    await server.freeze();
    const first = Array.from({ length: 4 }, () => connect(server.port, '127.0.0.1'));
    await Promise.race(first.map((socket) => once(socket, 'connect')));
    const started = performance.now();
    expect(await withoutMemcached('mended', server.address)).toBe('failed\n'.repeat(5));
    expect(performance.now() - started).toBeLessThan(60_000);
    for (const socket of first) socket.destroy();
    await server.stop();
  });
});

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
    await failureOf(silent);
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
    await expect(store.create({ id: 'id', record })).rejects.toThrow(SessionStoreError);
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
