import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FileStore } from '../../lib/stores/file/file.store.js';
import { FileStoreProcess } from '../support/processes/file-store-process.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { seededRandom } from '../support/models/seeded-random.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

/* Real processes on one directory, which are killed and stopped. */

const HOUR = 3_600_000;
const LEASE = 30_000;
const holder = { route: 'GET /test', process: 'test:1', since: Date.now() };

let directory: string;
let store: FileStore;

beforeEach(async () => {
  directory = await temporaryDirectory();
  store = new FileStore({ directory });
  const clock = { now: () => Date.now(), monotonic: () => performance.now(), setTimer: () => () => {} };
  await store.start({ clock, logger: new RecordingLogger() });
});

async function given(): Promise<string> {
  const id = randomBytes(32).toString('base64url');
  const now = Date.now();
  await store.create({ id, record: { data: '{"count":0}', createdAt: now, expiresAt: now + HOUR } });
  return id;
}

async function countOf(id: string): Promise<number> {
  const answer = await store.load({ id });
  if (answer.status !== 'found') throw new Error(`${id} is ${answer.status}`);
  return (JSON.parse(answer.record.data) as { count: number }).count;
}

/** Takes the lock as soon as that is possible; tells how long that took. */
async function takeLock(id: string, token: string): Promise<number> {
  const asked = performance.now();
  while ((await store.tryLock({ id, token, lease: LEASE, holder })).status !== 'acquired') await pause(1);
  return performance.now() - asked;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe('FileStore, several processes', () => {
  it('loses no increment of eight processes that lock one session', async () => {
    const id = await given();
    const workers = await FileStoreProcess.startMany(8, directory);
    for (const worker of workers) worker.send({ kind: 'count', ids: [id], lease: LEASE });
    await Promise.all(workers.map((worker) => worker.untilCounted(25)));
    await Promise.all(workers.map((worker) => worker.halt()));
    expect(await countOf(id)).toBe(sum(workers.map((worker) => worker.counted(id))));
  });

  it('loses no increment when some lock and others write without a lock', async () => {
    const ids = [await given(), await given()];
    const workers = await FileStoreProcess.startMany(4, directory);
    for (const [n, worker] of workers.entries()) {
      worker.send(n % 2 === 0 ? { kind: 'count', ids, lease: LEASE } : { kind: 'count without lock', ids });
    }
    await Promise.all(workers.map((worker) => worker.untilCounted(25)));
    await Promise.all(workers.map((worker) => worker.halt()));
    for (const id of ids) expect(await countOf(id)).toBe(sum(workers.map((worker) => worker.counted(id))));
  });
});

describe('FileStore, processes that are killed', () => {
  it('keeps every acknowledged write, tears none, and frees the locks of the dead at once', async () => {
    const random = seededRandom(7);
    const ids = [await given(), await given()];
    const counted = new Map(ids.map((id) => [id, 0]));
    let kills = 0;
    for (let round = 0; round < 3; round += 1) {
      const workers = await FileStoreProcess.startMany(4, directory);
      for (const worker of workers) worker.send({ kind: 'count', ids, lease: LEASE });
      await Promise.all(workers.map((worker) => worker.untilCounted(1)));
      for (const worker of workers) {
        await pause(random() * 8);
        await worker.kill();
        kills += 1;
      }
      for (const id of ids) {
        counted.set(id, (counted.get(id) ?? 0) + sum(workers.map((worker) => worker.counted(id))));
        const token = `round ${round}`;
        expect(await takeLock(id, token)).toBeLessThan(LEASE / 10);
        await store.unlock({ id, token });
        const count = await countOf(id);
        expect(count).toBeGreaterThanOrEqual(counted.get(id) ?? 0);
        // What was written and not yet told.
        expect(count).toBeLessThanOrEqual((counted.get(id) ?? 0) + kills);
      }
    }
  });

  it('keeps a session under exactly one id, whenever the process that rotates it is killed', async () => {
    const random = seededRandom(11);
    for (let round = 0; round < 2; round += 1) {
      const workers = await FileStoreProcess.startMany(4, directory);
      const firsts = await Promise.all(workers.map(() => given()));
      for (const [n, worker] of workers.entries()) worker.send({ kind: 'rotate', id: firsts[n]! });
      await pause(20);
      for (const [n, worker] of workers.entries()) {
        await pause(random() * 8);
        await worker.kill();
        const rotations = worker.told.filter(({ kind }) => kind === 'rotated' || kind === 'rotating');
        const ids = [firsts[n]!, ...new Set(rotations.flatMap((message) => ('to' in message ? [message.to] : [])))];
        const states = await Promise.all(ids.map((id) => store.load({ id })));
        expect(states.filter(({ status }) => status === 'found')).toHaveLength(1);
        // The last one, or the one before when its rotation was not made.
        expect(states.slice(-2).map(({ status }) => status)).toContain('found');
      }
    }
  });

  it('leaves nothing behind that a sweep does not remove', async () => {
    const id = await given();
    const workers = await FileStoreProcess.startMany(4, directory);
    for (const worker of workers) worker.send({ kind: 'count', ids: [id], lease: LEASE });
    await Promise.all(workers.map((worker) => worker.untilCounted(3)));
    await Promise.all(workers.map((worker) => worker.kill()));
    await takeLock(id, 'mine');
    await store.unlock({ id, token: 'mine' });
    for await (const { errors } of store.sweep({ batchSize: 100 })) expect(errors).toEqual([]);
    const names = await readdir(join(directory, id.slice(0, 2), id));
    expect(names.map((name) => name[0]).sort()).toEqual(['d', 's']);
  });
});

describe('FileStore, processes that are stopped', () => {
  it('refuses the write of a holder that slept through its lease, and frees nothing for it', async () => {
    const id = await given();
    const sleeper = await FileStoreProcess.start(directory);
    const token = 'the sleeper';
    const answer = await sleeper.call('tryLock', { id, token, lease: 200, holder });
    if (answer.status !== 'acquired') throw new Error(answer.status);
    sleeper.pause();
    expect((await store.tryLock({ id, token: 'mine', lease: LEASE, holder })).status).toBe('held');
    const waited = await takeLock(id, 'mine');
    expect(waited).toBeGreaterThan(50);

    const stale = { ...answer.record, data: '{"count":1000}' };
    const guard = { version: answer.version, lock: { token, release: true } };
    const written = sleeper.call('update', { id, record: stale, guard });
    sleeper.resume();
    expect(await written).toBe(false);
    expect(await sleeper.call('renewLock', { id, token, lease: LEASE })).toBe(false);
    expect(await sleeper.call('unlock', { id, token })).toBe(false);
    expect(await countOf(id)).toBe(0);
    expect(await store.renewLock({ id, token: 'mine', lease: LEASE })).toBe(true);
  });

  it('loses no acknowledged increment of processes that are stopped anywhere, for longer than their leases', async () => {
    const random = seededRandom(13);
    const lease = 20;
    const id = await given();
    const workers = await FileStoreProcess.startMany(4, directory);
    for (const worker of workers) worker.send({ kind: 'count', ids: [id], lease });
    await Promise.all(workers.map((worker) => worker.untilCounted(1)));
    for (let stop = 0; stop < 60; stop += 1) {
      const worker = workers[Math.floor(random() * workers.length)]!;
      worker.pause();
      await pause(lease * (0.5 + random()));
      worker.resume();
      await pause(random() * 10);
    }
    await Promise.all(workers.map((worker) => worker.halt()));
    expect(await countOf(id)).toBe(sum(workers.map((worker) => worker.counted(id))));
  });
});
