import { chmod, chown, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';
import { spawnApp } from '../support/processes/child-process.js';

const NOBODY = 65_534;

let directory: string;

beforeEach(async () => {
  directory = await temporaryDirectory();
});

describe('FileStore, of directories whose rights decide,', () => {
  it('takes one of root that the group of this process may write: a volume with an fsGroup', async () => {
    await mkdir(directory);
    await chown(directory, 0, NOBODY);
    await chmod(directory, 0o2770);
    await chmod(dirname(directory), 0o711);
    expect(await startedAsNobody(directory)).toBe('started');
  });

  it('refuses one that it must not write to', async () => {
    await mkdir(directory);
    await chmod(directory, 0o500);
    expect(await startAsNobody(directory)).toMatch(
      `SESSIONS_CONFIG FileStore: the directory ${directory} cannot be written: EACCES`,
    );
  });

  it('refuses one that it cannot create', async () => {
    await mkdir(directory);
    await chmod(directory, 0o500);
    const below = join(directory, 'below');
    expect(await startAsNobody(below)).toMatch(
      `SESSIONS_CONFIG FileStore: the directory ${below} cannot be created: EACCES`,
    );
  });
});

/** Root ignores modes, so the store is started by a process that is not root. */
async function startAsNobody(path: string): Promise<string> {
  if (process.getuid?.() === 0) {
    await chmod(dirname(directory), 0o711);
    await chown(directory, NOBODY, NOBODY);
  }
  return startedAsNobody(path);
}

async function startedAsNobody(path: string): Promise<string> {
  const app = await spawnApp(new URL('../support/processes/file-store.unprivileged.ts', import.meta.url), {
    args: [path],
  });
  await app.exited;
  return app.ready;
}
