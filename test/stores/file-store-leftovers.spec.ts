import { mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SessionRecord, SessionVersion } from '../../lib/interfaces/session-record.interface.js';
import type { FileStore } from '../../lib/stores/file/file.store.js';
import type { ManualClock } from '../../lib/testing/manual-clock.js';
import { fileStoreOn } from '../support/stores/file-store-on.js';
import type { RecordingLogger } from '../support/basics/recording-logger.js';
import { Lane, stepDisk } from '../support/stores/stepped-disk.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

/* What is found in the directory and does not belong there, or is not there and should be. */

stepDisk();

const HOUR = 3_600_000;
const ID = 'aa'.padEnd(43, '1');
const OTHER = 'ab'.padEnd(43, '2');

let directory: string;
let store: FileStore;
let clock: ManualClock;
let logger: RecordingLogger;

beforeEach(async () => {
  directory = await temporaryDirectory();
  ({ store, clock, logger } = await fileStoreOn(directory));
});

const folderOf = (id: string): string => join(directory, id.slice(0, 2), id);
const record = (data = '{}'): SessionRecord => ({ data, createdAt: clock.now(), expiresAt: clock.now() + HOUR });

async function given(id: string, data?: string): Promise<SessionVersion> {
  const version = await store.create({ id, record: record(data) });
  if (version === false) throw new Error(`${id} was not created`);
  return version;
}

async function sweep(): Promise<{ removed: number; errors: string[] }> {
  const total = { removed: 0, errors: [] as string[] };
  for await (const { removed, errors = [] } of store.sweep({ batchSize: 10 })) {
    total.removed += removed;
    total.errors.push(...errors.map(({ message }) => message));
  }
  return total;
}

async function fileBeginningWith(letter: string): Promise<string> {
  const name = (await readdir(folderOf(ID))).find((candidate) => candidate.startsWith(letter));
  return join(folderOf(ID), name ?? 'none');
}

describe('FileStore, data that somebody tampered with', () => {
  it('gives what is there of data that were cut off: nobody can decode it', async () => {
    await given(ID, '{"visits":1}');
    await writeFile(await fileBeginningWith('d'), '{"vis');
    expect(await store.load({ id: ID })).toMatchObject({ status: 'found', record: { data: '{"vis' } });
  });

  it('gives empty data for those that were removed, and says so', async () => {
    await given(ID, '{"visits":1}');
    await rm(await fileBeginningWith('d'));
    expect(await store.load({ id: ID })).toMatchObject({ status: 'found', record: { data: '' } });
    expect(logger.messages('warn')).toEqual(['FileStore: the data of session aa111111 are not there.']);
  });

  it('lets such a session be locked, overwritten and deleted', async () => {
    await given(ID);
    await rm(await fileBeginningWith('d'));
    const holder = { route: '', process: '', since: 0 };
    const answer = await store.tryLock({ id: ID, token: 'mine', lease: 1_000, holder });
    if (answer.status !== 'acquired') throw new Error(answer.status);
    const guard = { version: answer.version, lock: { token: 'mine', release: true } };
    expect(await store.update({ id: ID, record: record('{"new":true}'), guard })).not.toBe(false);
    expect(await store.load({ id: ID })).toMatchObject({ record: { data: '{"new":true}' } });
    expect(await store.delete({ id: ID, tombstoneUntil: clock.now() + 1 })).toBe(true);
  });

  it('follows no link in the place of data', async () => {
    await given(ID);
    const secret = join(dirname(directory), 'secret');
    await writeFile(secret, '{"secret":true}');
    const data = await fileBeginningWith('d');
    await rm(data);
    await symlink(secret, data);
    await expect(store.load({ id: ID })).rejects.toMatchObject({ code: 'ELOOP' });
  });

  it('is not deceived by names that are almost those of a state file', async () => {
    await given(ID);
    const state = await fileBeginningWith('s');
    for (const name of ['s', 's,', 's,9', 's,9,x,2', 's,NaN,x,2,0,99', 's,0x9,x,2,0,9e99']) {
      await writeFile(join(folderOf(ID), name), '');
    }
    expect(await store.load({ id: ID })).toMatchObject({ status: 'found', record: { data: '{}' } });
    expect(await fileBeginningWith('s,0,')).toBe(state);
  });

  it('treats a session whose folder is a file as an outage, not as missing', async () => {
    await mkdir(dirname(folderOf(ID)), { recursive: true });
    await writeFile(folderOf(ID), '');
    await expect(store.load({ id: ID })).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('FileStore, sweeping what does not belong there', () => {
  it('leaves what no store put there, reports it, and goes on', async () => {
    await given(ID);
    await given(OTHER);
    const outside = join(dirname(directory), 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 's,0,x,0,0,1'), '');
    await mkdir(join(directory, 'aa'), { recursive: true });
    await symlink(outside, join(directory, 'aa', 'a-link'));
    await writeFile(join(directory, 'aa', 'a-file'), '');
    await mkdir(join(directory, 'aa', 'not.a.session'));
    await writeFile(join(folderOf(ID), 'stranger'), '');
    clock.advance(HOUR);
    const { removed, errors } = await sweep();
    expect(removed).toBe(1);
    expect(errors.sort()).toEqual([
      ...Array.from(
        { length: 3 },
        () => `FileStore: ${join(directory, 'aa')} holds something that no store put there.`,
      ),
      'FileStore: the folder of session aa111111 holds something that no store put there.',
    ]);
    expect(await readdir(outside)).toHaveLength(1);
    expect(await readdir(folderOf(ID))).toContain('stranger');
    await expect(readdir(folderOf(OTHER))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('counts a tombstone that has ended, whatever lies beside it, and nothing that a killed operation left alone', async () => {
    await given(ID);
    await store.delete({ id: ID, tombstoneUntil: clock.now() + 1 });
    await writeFile(join(folderOf(ID), 'd,AAAAAAAAAAAAAAAA'), '');
    await mkdir(folderOf(OTHER), { recursive: true });
    await writeFile(join(folderOf(OTHER), 'd,AAAAAAAAAAAAAAAA'), '');
    clock.advance(1);
    expect(await sweep()).toEqual({ removed: 1, errors: [] });
    expect([await readdir(dirname(folderOf(ID))), await readdir(dirname(folderOf(OTHER)))]).toEqual([[], []]);
  });

  it('ignores what a file system keeps beside the shards', async () => {
    await mkdir(join(directory, 'lost+found'));
    await writeFile(join(directory, '.DS_Store'), '');
    expect(await sweep()).toEqual({ removed: 0, errors: [] });
    expect(await readdir(directory)).toHaveLength(2);
  });

  it('leaves what lies beside a locked session until its lock is free: its holder may be writing it', async () => {
    await given(ID);
    const holder = { route: '', process: '', since: 0 };
    await store.tryLock({ id: ID, token: 'mine', lease: 1_000, holder });
    const written = join(folderOf(ID), 'd,AAAAAAAAAAAAAAAA');
    await writeFile(written, '{"new":1}');
    await sweep();
    expect(await readdir(folderOf(ID))).toContain('d,AAAAAAAAAAAAAAAA');
    clock.advance(1_000);
    await sweep();
    expect(await readdir(folderOf(ID))).not.toContain('d,AAAAAAAAAAAAAAAA');
  });

  it('removes folders that were being filled, when they are old, and never publishes half of one', async () => {
    for (let call = 0, isOver = false; !isOver; call += 1) {
      const creation = new Lane(() => store.create({ id: ID, record: record() }));
      await stepTo(creation, 'rename');
      await age(join(directory, 'aa'));
      const sweeping = new Lane(sweep);
      for (let steps = 0; steps < call; steps += 1) await sweeping.step();
      isOver = sweeping.isFinished;
      const created = await creation.finish().catch(() => 'rejected');
      expect(await sweeping.finish()).toEqual({ removed: 0, errors: [] });
      if (created === 'rejected') expect(await store.load({ id: ID })).toEqual({ status: 'missing' });
      else expect(await store.load({ id: ID })).toMatchObject({ status: 'found', record: { data: '{}' } });
      await rm(join(directory, 'aa'), { recursive: true });
    }
  });

  it('leaves folders alone that are being filled now, though that takes half a minute', async () => {
    const creation = new Lane(() => store.create({ id: ID, record: record() }));
    await stepTo(creation, 'rename');
    await age(join(directory, 'aa'), HOUR / 120);
    await sweep();
    expect(await creation.finish()).not.toBe(false);
  });

  it('removes in one sweep what a process has left that was killed while it swept', async () => {
    const creation = new Lane(() => store.create({ id: ID, record: record() }));
    await stepTo(creation, 'rename');
    await age(join(directory, 'aa'));
    const sweeping = new Lane(sweep);
    await stepTo(sweeping, 'rm');
    expect(await readdir(join(directory, 'aa'))).toEqual([expect.stringMatching(/^\.old,/)]);
    await sweep();
    expect(await readdir(join(directory, 'aa'))).toEqual([]);
  });
});

describe('FileStore, the tombstone that a killed rotation has left', () => {
  it('does not hide that the session was destroyed afterwards', async () => {
    const version = await given(ID);
    const tombstoneUntil = clock.now() + HOUR;
    const rotation = new Lane(() =>
      store.rotate({ from: ID, to: OTHER, record: record(), guard: { version }, tombstoneUntil }),
    );
    while (!(await readdir(folderOf(ID))).some((name) => name.startsWith('t'))) await rotation.step();
    expect(await store.load({ id: ID })).toMatchObject({ status: 'found' });
    expect(await store.delete({ id: ID, tombstoneUntil: clock.now() + HOUR / 2 })).toBe(true);
    expect(await store.load({ id: ID })).toEqual({ status: 'gone', because: 'destroyed' });
    clock.advance(HOUR / 2);
    expect(await store.load({ id: ID })).toEqual({ status: 'gone', because: 'destroyed' });
  });
});

async function stepTo(lane: Lane, call: string): Promise<void> {
  while (lane.next !== call && !lane.isFinished) await lane.step();
}

/** As if what is being filled had been begun an hour ago. */
async function age(shard: string, milliseconds = HOUR): Promise<void> {
  const then = new Date(Date.now() - milliseconds);
  for (const name of await readdir(shard)) await utimes(join(shard, name), then, then);
}
