import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Every path below a directory with what is in it: what somebody sees who gets hold of the disk. */
export async function readTree(directory: string): Promise<Map<string, string>> {
  const tree = new Map<string, string>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    tree.set(path, entry.isFile() ? await readFile(path, 'latin1') : '');
  }
  return tree;
}
