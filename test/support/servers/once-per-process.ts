import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const known = new Map<string, Promise<string>>();

/**
 * What `start` gave when it was first called for that name in this process of jest, whose spec files have nothing but its id in
 * common, and run one after the other. It is told a directory to use and to remove.
 */
export function oncePerProcess(name: string, start: (directory: string) => Promise<string>): Promise<string> {
  const found = known.get(name) ?? findOrStart(name, start);
  known.set(name, found);
  return found;
}

async function findOrStart(name: string, start: (directory: string) => Promise<string>): Promise<string> {
  const directory = join(tmpdir(), `nestjs-sessions-${name}-of-${process.pid}`);
  const note = join(directory, 'address');
  if (existsSync(note)) return readFileSync(note, 'utf8');
  await mkdir(directory, { mode: 0o700 });
  const address = await start(directory);
  await writeFile(note, address);
  return address;
}
