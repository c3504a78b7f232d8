import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SessionsConfigError } from '../../lib/errors/index.js';
import { sessionStoreContract } from '../../lib/testing/index.js';
import { EncryptedDisk } from '../support/servers/encrypted-disk.js';
import { fileStoreOn, type StartedFileStore } from '../support/stores/file-store-on.js';

/* Where names are encrypted they can be shorter than elsewhere: 175 bytes with gocryptfs, 143 with eCryptfs. */

describe('FileStore where names are limited', () => {
  let disk: EncryptedDisk;
  let places = 0;

  beforeAll(async () => {
    disk = await EncryptedDisk.mount();
  });
  afterAll(() => disk.dispose());

  const open = (): Promise<StartedFileStore> => fileStoreOn(join(disk.path, `sessions-${++places}`));

  it('is on a disk that refuses longer ones', async () => {
    await mkdir(join(disk.path, 'names'));
    await writeFile(join(disk.path, 'names', 'n'.repeat(175)), '');
    await expect(writeFile(join(disk.path, 'names', 'n'.repeat(176)), '')).rejects.toThrow('ENAMETOOLONG');
    await expect(writeFile(join(disk.inner, 'n'.repeat(128)), '')).rejects.toThrow('ENAMETOOLONG');
  });

  describe('to 175 bytes, keeps the contract', () => {
    let started: StartedFileStore;
    const contract = sessionStoreContract({
      create: async () => {
        started = await open();
        return started.store;
      },
      now: () => started.clock.now(),
      wait: (milliseconds) => started.clock.advanceAsync(milliseconds),
    });
    for (const { name, run } of contract) it(name, run);
  });

  it('keeps as much of the names of a holder as fits', async () => {
    const { store, clock } = await open();
    const id = 'a'.repeat(43);
    await store.create({ id, record: { data: '{}', createdAt: clock.now(), expiresAt: clock.now() + 60_000 } });
    const lock = { id, lease: 30_000, holder: { route: `POST /${'x'.repeat(58)}`, process: 'host:17', since: 0 } };
    await store.tryLock({ ...lock, token: 'mine' });
    const answer = await store.tryLock({ ...lock, token: 'theirs' });
    expect(answer).toMatchObject({ status: 'held', holder: { process: 'host:17', route: /^POST \/x+$/ } });
  });

  it('to 127 bytes, is refused at the start, in words, and leaves nothing there', async () => {
    const directory = join(disk.inner, 'sessions');
    await expect(fileStoreOn(directory)).rejects.toThrow(SessionsConfigError);
    await expect(fileStoreOn(directory)).rejects.toThrow(/does not take names of 130 bytes, which the store needs/);
    expect(await readdir(directory)).toEqual([]);
  });
});
