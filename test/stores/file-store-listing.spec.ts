import { jest } from '@jest/globals';
import fs from 'node:fs';
import { join } from 'node:path';
import type { SessionRecord, SessionVersion } from '../../lib/interfaces/session-record.interface.js';
import type { FileStore } from '../../lib/stores/file/file.store.js';
import type { ManualClock } from '../../lib/testing/manual-clock.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';
import { fileStoreOn } from '../support/stores/file-store-on.js';

/* How often a folder is looked at, and what is made of what a file system shows while it changes. */

const HOUR = 3_600_000;
const ID = 'aa'.padEnd(43, '1');

type Names = readonly string[];
type OnNames = (error: Error | null, names?: Names) => void;

describe('FileStore, the folder of a session', () => {
  let store: FileStore;
  let clock: ManualClock;
  let folder: string;
  let looks: number;
  /** What the next looks show, of the names that are there. */
  let shown: ((names: Names) => Names)[];

  beforeEach(async () => {
    const directory = await temporaryDirectory();
    ({ store, clock } = await fileStoreOn(directory));
    folder = join(directory, 'aa', ID);
    looks = 0;
    shown = [];
    const readdir = fs.readdir as (path: string, ...rest: unknown[]) => void;
    jest.spyOn(fs, 'readdir').mockImplementation(((path: string, ...rest: unknown[]) => {
      const done = rest.at(-1) as OnNames;
      if (path !== folder) {
        readdir(path, ...rest);
        return;
      }
      looks += 1;
      const show = shown.shift() ?? ((names: Names) => names);
      readdir(path, (error: Error | null, names?: Names) => done(error, names && show(names)));
    }) as typeof fs.readdir);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const record = (data = '{}'): SessionRecord => ({ data, createdAt: clock.now(), expiresAt: clock.now() + HOUR });

  async function given(): Promise<SessionVersion> {
    const version = await store.create({ id: ID, record: record() });
    if (version === false) throw new Error('The session was not created');
    return version;
  }

  async function sweep(): Promise<number> {
    let total = 0;
    for await (const { removed } of store.sweep({ batchSize: 10 })) total += removed;
    return total;
  }

  it('is looked at once to find the session', async () => {
    await given();
    looks = 0;
    expect(await store.load({ id: ID })).toMatchObject({ status: 'found' });
    expect(looks).toBe(1);
  });

  it('is looked at again when it shows no session, which may just be renamed', async () => {
    await given();
    shown = [(names) => names.filter((name) => !name.startsWith('s,'))];
    expect(await store.load({ id: ID })).toMatchObject({ status: 'found' });
  });

  it.each([
    ['first', (names: Names, old: Names): Names => [...old, ...names]],
    ['last', (names: Names, old: Names): Names => [...names, ...old]],
  ])('that shows an old state %s beside the new one has the new one', async (_, together) => {
    const version = await given();
    const old = fs.readdirSync(folder);
    const next = await store.update({ id: ID, record: record('{"new":1}'), guard: { version } });
    shown = [(names) => together(names, old)];
    expect(await store.load({ id: ID })).toMatchObject({
      status: 'found',
      version: next,
      record: { data: '{"new":1}' },
    });
  });

  it('is looked at once by a sweep, whether the session goes on or has ended', async () => {
    await given();
    looks = 0;
    expect(await sweep()).toBe(0);
    expect(looks).toBe(1);
    clock.advance(HOUR);
    expect(await sweep()).toBe(1);
    expect(looks).toBe(2);
  });

  it('that is another one at each attempt is given up, and the error names no more of the id than a log does', async () => {
    const { expiresAt } = record();
    await given();
    const gone = Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' });
    jest.spyOn(fs, 'rename').mockImplementation((_from, _to, done) => done(gone));
    await expect(store.touch({ id: ID, expiresAt: expiresAt + 1 })).rejects.toThrow(
      'FileStore: session aa111111 changed 1000 times while it was read.',
    );
  });

  it('has a tombstone until its very end', async () => {
    await given();
    await store.delete({ id: ID, tombstoneUntil: clock.now() + HOUR });
    clock.advance(HOUR - 1);
    expect(await store.load({ id: ID })).toEqual({ status: 'gone', because: 'destroyed' });
    clock.advance(1);
    expect(await store.load({ id: ID })).toEqual({ status: 'missing' });
  });
});
