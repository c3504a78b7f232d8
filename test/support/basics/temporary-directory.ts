import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

afterAll(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
});

const MEMORY = '/dev/shm';

/** An empty directory for this user alone, inside one that is removed after the spec file. */
export async function temporaryDirectory(parentOfAll = tmpdir()): Promise<string> {
  const parent = await mkdtemp(join(parentOfAll, 'nestjs-sessions-'));
  made.push(parent);
  return join(parent, 'sessions');
}

/** One in memory, where the system has such: for tests that make and remove thousands of small files. */
export function directoryInMemory(): Promise<string> {
  return temporaryDirectory(existsSync(MEMORY) ? MEMORY : tmpdir());
}
