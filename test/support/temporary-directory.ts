import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

afterAll(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** An empty directory for this user alone, inside one that is removed after the spec file. */
export async function temporaryDirectory(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'nestjs-sessions-'));
  made.push(parent);
  return join(parent, 'sessions');
}
