import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
