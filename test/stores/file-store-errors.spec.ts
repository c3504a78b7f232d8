import { jest } from '@jest/globals';
import fs from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inspect } from 'node:util';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';
import { arrange, FROM, OPERATIONS, TO } from '../support/models/store-model.js';
import { fileStoreOn } from '../support/stores/file-store-on.js';

/* The names of a session's files hold its id, its lock and its route. */

describe('An error of FileStore', () => {
  it('says what the system says, and names no path with data in it', async () => {
    const directory = await temporaryDirectory();
    const { store, clock } = await fileStoreOn(directory);
    const version = await arrange(store, 'live', clock);
    // In the place of the folders of both sessions.
    const { store: broken } = await fileStoreOn(join(directory, 'other'));
    for (const id of [FROM, TO]) {
      await mkdir(join(directory, 'other', id.slice(0, 2)));
      await writeFile(join(directory, 'other', id.slice(0, 2), id), '');
    }
    const errors: unknown[] = [];
    for (const { run } of OPERATIONS) await run(broken, version).catch((error: unknown) => errors.push(error));
    expect(errors.length).toBeGreaterThan(8);
    for (const error of errors) {
      expect(error).toMatchObject({
        code: 'ENOTDIR',
        message: expect.stringMatching(/^ENOTDIR: not a directory, \w+$/),
      });
      expect(inspect(error)).not.toContain(directory);
      expect(inspect(error)).not.toContain(FROM.slice(2));
    }
  });

  it('is logged once a spell, however many sessions have lost their data', async () => {
    const directory = await temporaryDirectory();
    const { store, clock, logger } = await fileStoreOn(directory);
    const record = { data: '{}', createdAt: clock.now(), expiresAt: clock.now() + 60_000 };
    const ids = Array.from({ length: 20 }, (_, n) => `id${n}`.padEnd(43, '-'));
    for (const id of ids) {
      const version = await store.create({ id, record });
      await rm(join(directory, 'id', id, `d,${String(version)}`));
      expect(await store.load({ id })).toMatchObject({ status: 'found', record: { data: '' } });
    }
    expect(logger.messages('warn')).toEqual(['FileStore: the data of session id0----- are not there.']);
  });
});

describe('FileStore, when a system call fails', () => {
  const record = { data: '{}', createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER };
  const id = 'aa'.padEnd(43, '1');
  let directory: string;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  function failing(name: 'mkdir' | 'open' | 'rename' | 'rm' | 'unlink' | 'writeFile', code: string, where = /./): void {
    const original = fs[name] as (...args: unknown[]) => void;
    jest.spyOn(fs, name as 'rename').mockImplementation((...args: unknown[]) => {
      const done = args.at(-1) as (error: Error) => void;
      if (where.test(String(args[0]))) done(Object.assign(new Error(`${code}: no, ${name} '/secret'`), { code }));
      else original(...args);
    });
  }

  it.each([
    ['ENOSPC', 'mkdir'],
    ['ENOSPC', 'writeFile'],
    ['EDQUOT', 'writeFile'],
  ] as const)('starts on a full disk (%s at %s): the sessions that are there can be read', async (code, name) => {
    await fileStoreOn(directory);
    failing(name, code);
    const { logger } = await fileStoreOn(directory);
    expect(logger.messages('error')).toEqual([
      `FileStore: the disk of ${directory} is full: no session can be begun or changed.`,
    ]);
  });

  it('begins no session that has no place, and says what the system says', async () => {
    const { store } = await fileStoreOn(directory);
    failing('mkdir', 'ENOSPC', /aa$/);
    await expect(store.create({ id, record })).rejects.toMatchObject({ code: 'ENOSPC' });
    jest.restoreAllMocks();
    expect(await store.load({ id })).toEqual({ status: 'missing' });
  });

  it('has written when only what was there before cannot be removed, and says so', async () => {
    const { store, logger } = await fileStoreOn(directory);
    const version = await store.create({ id, record });
    failing('unlink', 'EPERM');
    const written = await store.update({
      id,
      record: { ...record, data: '{"new":1}' },
      guard: { version: version || 0 },
    });
    expect(written).toEqual(expect.any(String));
    expect(await store.load({ id })).toMatchObject({ record: { data: '{"new":1}' } });
    expect(logger.messages('warn')).toEqual([expect.stringMatching(/^FileStore: a file could not be removed: EPERM/)]);
  });

  it('says why a session could not begin also when what was written of it cannot be removed', async () => {
    const { store, logger } = await fileStoreOn(directory);
    failing('rename', 'EIO');
    failing('rm', 'EPERM');
    await expect(store.create({ id, record })).rejects.toMatchObject({ code: 'EIO' });
    expect(logger.messages('warn')).toEqual([
      expect.stringMatching(/^FileStore: a folder could not be removed: EPERM/),
    ]);
  });

  it('leaves nothing of a session that could not begin', async () => {
    const { store } = await fileStoreOn(directory);
    failing('rename', 'EIO');
    await expect(store.create({ id, record })).rejects.toMatchObject({ code: 'EIO' });
    expect(await readdir(join(directory, 'aa'))).toEqual([]);
  });

  it('leaves a session under its old id when it cannot be moved, and nothing under the new one', async () => {
    const { store, clock } = await fileStoreOn(directory);
    const version = await store.create({ id, record });
    failing('open', 'EIO', /t,[^/]*$/);
    const to = 'ab'.padEnd(43, '2');
    const rotation = { from: id, to, record, guard: { version: version || 0 }, tombstoneUntil: clock.now() + 1_000 };
    await expect(store.rotate(rotation)).rejects.toMatchObject({ code: 'EIO' });
    expect(await store.load({ id })).toMatchObject({ status: 'found', version });
    expect(await store.load({ id: to })).toEqual({ status: 'missing' });
    expect(await readdir(join(directory, 'ab'))).toEqual([]);
  });

  /** As where they are encrypted. */
  function limitNames(longest: number): void {
    const original = fs.open as (...args: unknown[]) => void;
    jest.spyOn(fs, 'open').mockImplementation((...args: unknown[]) => {
      const done = args.at(-1) as (error: Error) => void;
      if (basename(String(args[0])).length > longest) {
        done(Object.assign(new Error('ENAMETOOLONG: name too long, open'), { code: 'ENAMETOOLONG' }));
      } else original(...args);
    });
  }

  it.each([130, 143, 175, 254, 255])(
    'makes no name that is longer than %i bytes where none may be',
    async (longest) => {
      limitNames(longest);
      const { store } = await fileStoreOn(directory);
      await store.create({ id, record });
      const holder = { route: `POST /${'x'.repeat(200)}`, process: 'ü'.repeat(200), since: 0 };
      await store.tryLock({ id, token: 'mine', lease: 1_000, holder });
      const [state = ''] = (await readdir(join(directory, 'aa', id))).filter((name) => name.startsWith('s,'));
      expect(state.length).toBeLessThanOrEqual(longest);
      // And uses what there is, but for what does not make a whole character.
      expect(state.length).toBeGreaterThan(Math.min(longest, 220) - 8);
    },
  );

  it('does not start where names are too short', async () => {
    limitNames(129);
    await expect(fileStoreOn(directory)).rejects.toThrow(
      'its file system does not take names of 130 bytes, which the store needs. Name a directory on another one.',
    );
    expect(await readdir(directory)).toEqual([]);
  });

  it('does not start where no file can be made, and says what the system says', async () => {
    failing('open', 'EIO');
    await expect(fileStoreOn(directory)).rejects.toThrow('EIO: no, open');
  });

  it('says what to do when its directory is another one than it was', async () => {
    const { store } = await fileStoreOn(directory);
    await rm(directory, { recursive: true });
    await expect(store.load({ id })).rejects.toThrow(
      `FileStore: ${directory} is not the directory that was opened at start-up: was it removed or unmounted? ` +
        'Bring it back, or restart the application to begin with an empty one.',
    );
  });
});
