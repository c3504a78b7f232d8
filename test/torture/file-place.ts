import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readTree } from '../support/read-tree.js';
import type { Place } from './place.js';

const SHARD = /^[\w-]{2}$/;

export async function filePlace(processes: number): Promise<Place> {
  const parent = await mkdtemp(join(tmpdir(), 'nestjs-sessions-torture-'));
  const directory = join(parent, 'sessions');
  const isShard = (path: string): boolean => dirname(path) === directory && SHARD.test(basename(path));
  const paths = async (): Promise<string[]> => [...(await readTree(directory)).keys()].filter((path) => !isShard(path));
  return {
    specs: Array.from({ length: processes }, () => ({ kind: 'file', directory })),
    proxies: [],
    keys: async () => {
      const folders = (await paths()).filter((path) => isShard(dirname(path)));
      await Promise.all(folders.filter((path) => basename(path).startsWith('.new,')).map(age));
      return folders.map((path) => basename(path)).filter((name) => !name.startsWith('.'));
    },
    dump: async () => [...(await readTree(directory))].flat().join('\n'),
    leftovers: async () => (await paths()).map((path) => `the file ${path.slice(directory.length)}`),
    dispose: () => rm(parent, { recursive: true, force: true }),
  };
}

/** What a killed process was filling is left alone for a minute, in case that it is only slow: so much earlier it was made. */
async function age(path: string): Promise<void> {
  const then = new Date(Date.now() - 61_000);
  await utimes(path, then, then);
}
