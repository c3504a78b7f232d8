import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { SessionVersion } from '../../lib/interfaces/session-record.interface.js';
import { fileStoreOn, type StartedFileStore } from '../support/stores/file-store-on.js';
import { arrange, FROM, OPERATIONS, TO } from '../support/models/store-model.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

/** As a store would name it. */
const NAME = 'd,precious';

let directory: string;
let victim: string;
let victims: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
  victim = join(dirname(directory), 'victim');
  victims = join(dirname(directory), 'victims');
  await writeFile(victim, 'precious', { mode: 0o640 });
  await chmod(victim, 0o640);
  await mkdir(victims, { mode: 0o750 });
  await writeFile(join(victims, NAME), 'precious too');
});

const folderOf = (id: string): string => join(directory, id.slice(0, 2), id);

async function nameBeginningWith(letter: string): Promise<string> {
  const names = await readdir(folderOf(FROM));
  return join(folderOf(FROM), names.find((name) => name.startsWith(letter)) ?? 'none');
}

async function replaceByLink(path: string, target: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await symlink(target, path);
}

/** Where a link may stand, as if somebody had brought it in with a backup. */
const PLACES: readonly [string, () => Promise<void>][] = [
  ['the data', async () => replaceByLink(await nameBeginningWith('d,'), victim)],
  ['the state and its lock', async () => replaceByLink(await nameBeginningWith('s,'), victim)],
  ['a name that a store might use', () => replaceByLink(join(folderOf(FROM), 'd,abcdefgh'), victim)],
  ['a tombstone', () => replaceByLink(join(folderOf(FROM), 't,9999999999999,destroyed,abc'), victim)],
  ['the folder of the session', () => replaceByLink(folderOf(FROM), victims)],
  ['the folder of the next session', () => replaceByLink(folderOf(TO), victims)],
  ['the folder of a session that leads nowhere', () => replaceByLink(folderOf(TO), join(victims, 'none'))],
];

async function tryEverything({ store, clock }: StartedFileStore, version: SessionVersion): Promise<void> {
  const attempts = [...OPERATIONS, ...OPERATIONS].map(
    ({ run }) =>
      () =>
        run(store, version),
  );
  const sweep = async (): Promise<number> => {
    let swept = 0;
    clock.advance(24 * 3_600_000);
    for await (const { removed } of store.sweep({ batchSize: 10 })) swept += removed;
    return swept;
  };
  for (const attempt of [...attempts, sweep, () => store.count()]) {
    // To fail is as good as to do nothing.
    await attempt().catch(() => undefined);
  }
}

describe.each(['live', 'locked'] as const)(
  'FileStore, a link that was planted beside a session that is %s',
  (situation) => {
    it.each(PLACES)('is not followed to what it points at: %s', async (_, plant) => {
      const started = await fileStoreOn(directory);
      const version = await arrange(started.store, situation, started.clock);
      await plant();
      await tryEverything(started, version);

      expect(await readFile(victim, 'utf8')).toBe('precious');
      expect((await stat(victim)).mode & 0o777).toBe(0o640);
      expect(await readdir(victims)).toEqual([NAME]);
      expect(await readFile(join(victims, NAME), 'utf8')).toBe('precious too');
    });
  },
);
