import { jest } from '@jest/globals';
import fs from 'node:fs';
import { chmod, chown, lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SessionsConfigError } from '../../lib/errors/index.js';
import { FileStore, type FileStoreOptions } from '../../lib/stores/file/file.store.js';
import { fileStoreOn } from '../support/stores/file-store-on.js';
import { arrange, FROM, OPERATIONS } from '../support/models/store-model.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

const NOBODY = 65_534;

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

const start = (path = directory): Promise<unknown> => fileStoreOn(path);

describe('FileStore and its directory, at start-up', () => {
  it('makes a directory that is missing, with its parents, for this user alone', async () => {
    const nested = join(directory, 'var', 'sessions');
    await start(nested);
    expect((await lstat(nested)).mode & 0o777).toBe(0o700);
  });

  it('takes one that is there, and makes all in it for this user alone', async () => {
    await mkdir(directory, { mode: 0o755 });
    const { store, clock } = await fileStoreOn(directory);
    const version = await arrange(store, 'live', clock);
    for (const name of ['update', 'tryLock', 'create the other']) {
      await OPERATIONS.find((operation) => operation.name === name)?.run(store, version);
    }
    const names = await readdir(directory, { recursive: true });
    // Two shards with a session each, of a state file and its data.
    expect(names).toHaveLength(8);
    for (const name of names) {
      const found = await lstat(join(directory, name));
      expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600);
    }
  });

  it('refuses a file', async () => {
    await writeFile(directory, '');
    await expect(start()).rejects.toThrow(SessionsConfigError);
    await expect(start()).rejects.toThrow(`the directory ${directory} is not a directory`);
    const below = join(directory, 'below');
    await expect(start(below)).rejects.toThrow(SessionsConfigError);
    await expect(start(below)).rejects.toThrow(/^FileStore: the directory .*below cannot be created: .*ENOTDIR/);
  });

  it('refuses a symbolic link, also one that points at a directory', async () => {
    const target = join(dirname(directory), 'target');
    await symlink(target, directory);
    await expect(start()).rejects.toThrow(SessionsConfigError);
    await mkdir(target, { mode: 0o700 });
    await expect(start()).rejects.toThrow(`${directory} is a symbolic link`);
    expect(await readdir(target)).toEqual([]);
  });

  it('takes one that the group of this process may write, as Kubernetes leaves it at each mount (fsGroup)', async () => {
    const { store, clock } = await fileStoreOn(directory);
    const version = await arrange(store, 'live', clock);
    for (const name of ['', ...(await readdir(directory, { recursive: true }))]) {
      const path = join(directory, name);
      await chmod(path, (await lstat(path)).isDirectory() ? 0o2770 : 0o660);
    }
    const { store: next } = await fileStoreOn(directory);
    expect(await next.load({ id: FROM })).toMatchObject({ status: 'found', version });
  });

  it.each([0o770, 0o777, 0o1777, 0o702])('refuses one that others can write to (mode %o)', async (mode) => {
    await mkdir(directory);
    // A group that this process is not in.
    if (process.getuid?.() === 0) await chown(directory, 0, 54_321);
    await chmod(directory, mode);
    await expect(start()).rejects.toThrow(SessionsConfigError);
    await expect(start()).rejects.toThrow(
      `${directory} can be written by other users (mode ${(mode & 0o777).toString(8)}). Set its mode to 700.`,
    );
  });

  it.each([
    ['a group of its own', NOBODY],
    ['the group of this process', process.getegid?.() ?? 0],
  ])('refuses one that belongs to another user, and %s', async (_, group) => {
    await mkdir(directory, { mode: 0o700 });
    // Only root can give a directory away; anybody else finds one that is root's.
    if (process.getuid?.() === 0) await chown(directory, NOBODY, group);
    else directory = '/';
    await expect(start()).rejects.toThrow(SessionsConfigError);
    await expect(start()).rejects.toThrow(
      `${directory} belongs to user ${process.getuid?.() === 0 ? NOBODY : 0}, and this process runs as ` +
        `${process.getuid?.()}. Make it with the user that runs the application.`,
    );
  });

  it('refuses one in which a session cannot live, says at which step, and leaves nothing there', async () => {
    const refused = Object.assign(new Error("EPERM: operation not permitted, rename 'a' -> 'b'"), { code: 'EPERM' });
    // As on a file system on which files can be made, and not renamed.
    const rename = jest.spyOn(fs, 'rename').mockImplementation((_from, _to, done) => done(refused));
    try {
      await expect(start()).rejects.toThrow(SessionsConfigError);
      await expect(start()).rejects.toThrow(
        `the directory ${directory} cannot keep sessions: a session could not be created: EPERM: operation not permitted`,
      );
    } finally {
      rename.mockRestore();
    }
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    [{ directory: '' }, 'directory must be a path'],
    [{}, 'directory must be a path'],
    [{ directory: '/x', fsync: 'always' }, "fsync must be one of 'none', 'file', 'full'; it is 'always'"],
  ])('refuses %j', (options, message) => {
    const make = (): FileStore => new FileStore(options as FileStoreOptions);
    expect(make).toThrow(SessionsConfigError);
    expect(make).toThrow(message);
  });

  it('does nothing before start()', async () => {
    const store = new FileStore({ directory });
    await expect(store.load({ id: 'abc' })).rejects.toThrow('start() has not been called');
    await expect(store.count()).rejects.toThrow('start() has not been called');
    expect(() => store.sweep({ batchSize: 1 })).toThrow('start() has not been called');
  });

  it.each(['../../etc/passwd', 'a/../../b', '.', '..', '', 'a\0b', 'abc,def', '.new,abc', 'x'.repeat(300)])(
    'refuses %j for an id: it could lead out of the directory',
    async (id) => {
      const { store } = await fileStoreOn(directory);
      const record = { data: '{}', createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER };
      await expect(store.create({ id, record })).rejects.toThrow('an id must be the hash of a session id');
      await expect(store.load({ id })).rejects.toThrow('an id must be the hash of a session id');
      expect(await readdir(directory)).toEqual([]);
    },
  );
});
