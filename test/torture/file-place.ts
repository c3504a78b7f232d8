import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readTree } from '../support/documents/read-tree.js';
import type { Place } from './place.js';

const SHARD = /^[\w-]{2}$/;

export async function filePlace(processes: number): Promise<Place> {
  const parent = await mkdtemp(join(tmpdir(), 'nestjs-sessions-torture-'));
  const directory = join(parent, 'sessions');
  const isShard = (path: string): boolean => dirname(path) === directory && SHARD.test(basename(path));
  const paths = async (): Promise<string[]> =>
    [...(await readWhileCleanedUp(directory)).keys()].filter((path) => !isShard(path));
  const folders = async (): Promise<string[]> => (await paths()).filter((path) => isShard(dirname(path)));
  return {
    specs: Array.from({ length: processes }, () => ({ kind: 'file', directory })),
    proxies: [],
    // What a killed process was filling is left alone for a minute, in case that it is only slow.
    advance: async (milliseconds) => {
      const then = new Date(Date.now() - milliseconds);
      for (const path of await folders()) if (basename(path).startsWith('.new,')) await utimes(path, then, then);
    },
    keys: async () => (await folders()).map((path) => basename(path)).filter((name) => !name.startsWith('.')),
    dump: async () => [...(await readWhileCleanedUp(directory))].flat().join('\n'),
    leftovers: async () => (await paths()).map((path) => `the file ${path.slice(directory.length)}`),
    dispose: () => rm(parent, { recursive: true, force: true }),
  };
}

/** A clean-up may remove what was listed a moment ago. */
async function readWhileCleanedUp(directory: string): Promise<Map<string, string>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readTree(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 20) throw error;
      await sleep(50);
    }
  }
}
