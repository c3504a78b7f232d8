import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SessionStoreError } from 'nestjs-sessions';
import { type PostgresPool, PostgresStore } from 'nestjs-sessions/postgres';
import { DataSource } from 'typeorm';
import { HOUR, written } from '../../lib/testing/contract/harness.js';
import type { Direction, FaultProxy } from '../support/servers/fault-proxy.js';
import type { PostgresDatabase } from '../support/servers/postgres-database.js';
import { until } from '../support/basics/within.js';
import { often } from '../support/models/long-form.js';
import { proxiedDatabase } from '../support/servers/proxied-servers.js';
import { type PostgresTrial, tryPostgres, tryPostgresUnstarted } from '../support/stores/postgres-trial.js';

let database: PostgresDatabase;
let proxy: FaultProxy;
beforeAll(async () => {
  ({ database, proxy } = await proxiedDatabase());
});
afterAll(async () => {
  proxy.close();
  await database.drop();
});

/** A pool through the proxy, which lets something happen before it makes its next connection. */
class InterruptedPool implements PostgresPool {
  readonly #pool = new pg.Pool({ connectionString: database.urlWith({ port: proxy.port }), max: 1 });
  #meanwhile: (() => Promise<void>) | undefined;

  /** The server carries out the next statement, and its answer gets lost; before the next attempt this happens. */
  loseAnswer(meanwhile: () => Promise<void> = () => Promise.resolve()): void {
    proxy.cutOnce('down', 0);
    this.#meanwhile = async () => {
      this.#meanwhile = meanwhile;
    };
  }

  connect(callback: Parameters<PostgresPool['connect']>[0]): void {
    const meanwhile = this.#meanwhile ?? (() => Promise.resolve());
    this.#meanwhile = undefined;
    void meanwhile().then(() => this.#pool.connect(callback));
  }

  readonly on: PostgresPool['on'] = this.#pool.on.bind(this.#pool);

  readonly removeListener: PostgresPool['removeListener'] = this.#pool.removeListener.bind(this.#pool);

  end(): Promise<void> {
    return this.#pool.end();
  }
}

describe('PostgresStore, when a statement was carried out and its answer got lost', () => {
  let pool: InterruptedPool;
  let trial: PostgresTrial['trial'];
  let store: PostgresStore;
  /** Another process, by a way of its own. */
  let other: PostgresTrial['trial'];
  beforeAll(async () => {
    pool = new InterruptedPool();
    ({ store, trial } = await tryPostgres({ pool }));
    ({ trial: other } = await tryPostgres({ pool: database.admin }));
  });
  afterEach(() => expect(proxy.withdrawCut()).toBe(false));
  afterAll(() => pool.end());

  it('what was created is not taken for another’s', async () => {
    const id = trial.id();
    const record = trial.record('mine');
    pool.loseAnswer();
    const version = written(await store.create({ id, record }));
    expect(await store.load({ id })).toEqual({ status: 'found', record, version });
  });

  it('what another created is', async () => {
    const { id } = await other.given('theirs');
    pool.loseAnswer();
    expect(await store.create({ id, record: trial.record() })).toBe(false);
    expect((await other.found(id)).record.data).toBe('theirs');
  });

  it('an update is made once, and its version is the one that is stored', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    pool.loseAnswer();
    const lock = { token, release: true };
    const updated = written(await store.update({ id, record: { ...record, data: 'new' }, guard: { version, lock } }));
    expect(await store.load({ id })).toEqual({ status: 'found', record: { ...record, data: 'new' }, version: updated });
    await trial.isFree(id);
  });

  it('an update whose guard never held is refused, and not called unknown, when the session is gone', async () => {
    const { id, record, version } = await trial.given();
    await store.delete({ id, tombstoneUntil: Date.now() + HOUR });
    pool.loseAnswer();
    expect(await store.update({ id, record, guard: { version } })).toBe(false);
  });

  it('an update over which somebody has written since is an error, not a conflict: it is not made again', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    pool.loseAnswer(async () => {
      const theirs = await other.lock(id);
      expect(theirs.record.data).toBe('mine');
      const guard = { version: theirs.version, lock: { token: theirs.token, release: true } };
      written(await other.store.update({ id, record: { ...record, data: 'mine and theirs' }, guard }));
    });
    const lock = { token, release: true };
    const update = store.update({ id, record: { ...record, data: 'mine' }, guard: { version, lock } });
    await expect(update).rejects.toThrow(SessionStoreError);
    expect((await other.found(id)).record.data).toBe('mine and theirs');
  });

  it('an update that let the lock go does not let go of the lock that another has taken since', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    pool.loseAnswer(async () => {
      await other.lock(id);
    });
    written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    await trial.isLocked(id);
  });

  it('a touch moves the expiry', async () => {
    const { id, record } = await trial.given();
    pool.loseAnswer();
    expect(await store.touch({ id, expiresAt: record.expiresAt + 1_000 })).toBe(true);
    expect((await trial.found(id)).record.expiresAt).toBe(record.expiresAt + 1_000);
  });

  it('a deletion is known to be ours', async () => {
    const { id } = await trial.given();
    pool.loseAnswer();
    expect(await store.delete({ id, tombstoneUntil: Date.now() + HOUR })).toBe(true);
    await trial.isGone(id, 'destroyed');
  });

  it('another’s deletion is not', async () => {
    const { id } = await other.givenGone();
    pool.loseAnswer();
    expect(await store.delete({ id, tombstoneUntil: Date.now() + HOUR })).toBe(false);
  });

  it('a rotation is known to be ours', async () => {
    const { id: from, record, version } = await trial.given();
    const to = trial.id();
    pool.loseAnswer();
    const rotated = written(
      await store.rotate({ from, to, record, guard: { version }, tombstoneUntil: Date.now() + HOUR }),
    );
    expect(await store.load({ id: to })).toEqual({ status: 'found', record, version: rotated });
    await trial.isGone(from, 'rotated');
  });

  it('another’s rotation is not, and nothing is under our new id', async () => {
    const { id: from, record, version } = await trial.given();
    const tombstoneUntil = Date.now() + HOUR;
    written(await other.store.rotate({ from, to: other.id(), record, guard: { version }, tombstoneUntil }));
    const to = trial.id();
    pool.loseAnswer();
    expect(await store.rotate({ from, to, record, guard: { version }, tombstoneUntil })).toBe(false);
    await trial.isMissing(to);
  });

  it('a lock is ours, and nobody else’s', async () => {
    const { id } = await trial.given();
    pool.loseAnswer();
    await trial.lock(id);
    await other.isLocked(id);
  });

  it('a lock is not acquired by a statement that comes after its release', async () => {
    const { id } = await trial.given();
    const { token } = await trial.lock(id);
    expect(await store.unlock({ id, token })).toBe(true);
    expect(await trial.tryLock(id, token)).toEqual({ status: 'held' });
    await trial.isFree(id);
  });

  it('a lock that was let go is known to be so, and the touch with it', async () => {
    const { id, record, token } = await trial.givenLocked();
    pool.loseAnswer();
    expect(await store.unlock({ id, token, expiresAt: record.expiresAt + 1_000 })).toBe(true);
    expect((await trial.found(id)).record.expiresAt).toBe(record.expiresAt + 1_000);
    await trial.isFree(id);
  });

  it('a lock that somebody else has taken since stays theirs, and the answer is an error', async () => {
    const { id, token } = await trial.givenLocked();
    pool.loseAnswer(async () => {
      await other.lock(id);
    });
    await expect(store.unlock({ id, token })).rejects.toThrow(SessionStoreError);
    await trial.isLocked(id);
  });
});

describe('PostgresStore, wherever a conversation is cut', () => {
  const STEP = 37;

  it.each<Direction>(['up', 'down'])('each operation is done once, and known to be (%s)', async (direction) => {
    let cuts = 0;
    for (let isCut = true, bytes = 0; isCut; bytes += STEP) {
      // Without a connection yet, so that the cut falls into each part of the conversation, from its first byte.
      const { store, trial } = tryPostgresUnstarted({ connectionString: database.urlWith({ port: proxy.port }) });
      proxy.cutOnce(direction, bytes);
      const { id, record } = await trial.given('0');
      const { token, version } = await trial.lock(id);
      const guard = { version, lock: { token, release: true } };
      const updated = written(await store.update({ id, record: { ...record, data: '1' }, guard }));
      expect(await store.load({ id })).toMatchObject({ record: { data: '1' }, version: updated });
      await trial.isFree(id);
      isCut = !proxy.withdrawCut();
      if (isCut) cuts += 1;
      await store.close();
    }
    expect(cuts).toBeGreaterThan(30);
  });
});

describe('PostgresStore, while connections are ended all the time', () => {
  const NAME = 'terminated';
  const ENDED = often(40);
  const ACKNOWLEDGED = often(20);

  /** As fast as increments come to their end: faster, on a slow machine, none would ever succeed. */
  async function endConnections(tally: Tally): Promise<void> {
    let ended = 0;
    while (ended < ENDED || tally.acknowledged < ACKNOWLEDGED) {
      const before = attempts(tally);
      const rows = await database.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 ORDER BY random() LIMIT 1',
        [NAME],
      );
      ended += rows.length;
      await until('an increment comes to its end', () => attempts(tally) > before);
    }
  }

  it.each(['a pool of its own', 'TypeORM'])('loses no acknowledged update, over %s', async (way) => {
    const url = new URL(database.url);
    url.searchParams.set('application_name', NAME);
    const dataSource = new DataSource({ type: 'postgres', url: url.href, poolErrorHandler: () => undefined });
    if (way === 'TypeORM') await dataSource.initialize();
    const { store, trial } = await tryPostgres(way === 'TypeORM' ? { dataSource } : { connectionString: url.href });
    const { id } = await trial.given('0');
    const tally: Tally = { acknowledged: 0, unknown: 0 };
    let isOver = false;
    const clients = Array.from({ length: 8 }, async () => {
      while (!isOver) await increment(store, trial, id, tally);
    });
    try {
      await endConnections(tally);
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    const { record } = await (await tryPostgres({ pool: database.admin })).trial.found(id);
    expect(Number(record.data)).toBeGreaterThanOrEqual(tally.acknowledged);
    expect(Number(record.data)).toBeLessThanOrEqual(tally.acknowledged + tally.unknown);
    await store.close();
    if (way === 'TypeORM') await dataSource.destroy();
  });
});

/** How increments have ended that had the lock. */
interface Tally {
  acknowledged: number;
  unknown: number;
}

const attempts = ({ acknowledged, unknown }: Tally): number => acknowledged + unknown;

async function increment(store: PostgresStore, trial: PostgresTrial['trial'], id: string, tally: Tally): Promise<void> {
  const token = trial.token();
  try {
    const answer = await trial.tryLock(id, token, 300);
    if (answer.status === 'acquired') {
      const { record, version } = answer;
      const next = { ...record, data: String(Number(record.data) + 1) };
      if ((await store.update({ id, record: next, guard: { version, lock: { token, release: true } } })) !== false) {
        tally.acknowledged += 1;
      }
    }
  } catch (error) {
    expect(error).toBeInstanceOf(SessionStoreError);
    tally.unknown += 1;
  }
  await sleep(1 + Math.random() * 3);
}
