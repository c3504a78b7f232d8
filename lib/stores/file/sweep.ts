import { join } from 'node:path';
import type { SweepBatch, SweepOptions } from '../../interfaces/store-abilities.interface.js';
import { isRunning } from '../shared/entry.js';
import { clear, tidy } from './cleanup.js';
import type { Directory } from './directory.js';
import * as disk from './disk.js';
import { Folder } from './folder.js';
import { discardedName, isDiscarded, isSession, isStaging } from './names.js';

/**
 * How many folders are worked on at the same time. A step of each is done at every turn of the event loop, and the turns of a busy
 * process are few: that, and not the disk, decides how long a sweep takes. So many steps keep other file operations, which have to
 * queue behind them, waiting for well under a millisecond.
 */
const AT_ONCE = 32;

/** How long the files of a staging folder may take to be written, in milliseconds. */
const STAGING_TIME = 60_000;

/** Something in a shard, usually the folder of a session. */
interface Entry {
  readonly shard: string;
  readonly name: string;
  readonly isFolder: boolean;
}

export async function countSessions(directory: Directory): Promise<number> {
  let live = 0;
  await eachOf(entriesOf(directory), Infinity, async ({ isFolder, name }) => {
    if (isFolder && isSession(name) && (await new Folder(directory, name).read()).status === 'live') {
      live += 1;
    }
  });
  return live;
}

/** Removes what has expired, and what killed processes have left behind. */
export async function* sweepSessions(directory: Directory, { batchSize }: SweepOptions): AsyncGenerator<SweepBatch> {
  const entries = entriesOf(directory);
  let isOver = false;
  while (!isOver) {
    let removed = 0;
    const errors: Error[] = [];
    isOver = await eachOf(entries, batchSize, async (entry) => {
      try {
        if (await sweepEntry(directory, entry)) {
          removed += 1;
        }
      } catch (error) {
        errors.push(toError(error));
      }
    });
    yield { removed, errors };
  }
}

/** Works on the next entries, at most so many, and returns whether there are no more. */
async function eachOf(
  entries: AsyncGenerator<Entry, undefined, undefined>,
  limit: number,
  work: (entry: Entry) => Promise<void>,
): Promise<boolean> {
  let started = 0;
  let isOver = false;
  const workOff = async (): Promise<void> => {
    while (!isOver && started < limit) {
      started += 1;
      const next = await entries.next();
      if (next.done === true) {
        isOver = true;
      } else {
        await work(next.value);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, limit) }, workOff));
  return isOver;
}

/** Whether it removed a session or a tombstone. */
async function sweepEntry(directory: Directory, { shard, name, isFolder }: Entry): Promise<boolean> {
  const path = join(shard, name);
  if (isFolder && isDiscarded(name)) {
    await disk.removeTree(path);
    return false;
  }
  if (isFolder && isStaging(name)) {
    await sweepStaging(shard, path);
    return false;
  }
  if (!isFolder || !isSession(name)) {
    throw new Error(`FileStore: ${shard} holds something that no store put there.`);
  }
  const folder = new Folder(directory, name);
  const content = await folder.readToClear();
  if (content.status === 'missing') {
    return !isRunning(content.state?.lock, directory.now()) && clear(folder, content);
  }
  if (content.status === 'live') {
    await tidy(folder, content);
  }
  return false;
}

/**
 * A staging folder that a killed process has left. It is renamed before it is emptied: the process may only have been very
 * slow, and would otherwise rename a half-emptied folder into place.
 */
async function sweepStaging(shard: string, path: string): Promise<void> {
  const found = await disk.inspect(path);
  if (!found || Date.now() - found.mtimeMs < STAGING_TIME) {
    return;
  }
  const discarded = join(shard, discardedName());
  if (await disk.rename(path, discarded)) {
    await disk.removeTree(discarded);
  }
}

/** The entries of all shards, and what killed processes have left beside the shards. */
async function* entriesOf(directory: Directory): AsyncGenerator<Entry, undefined, undefined> {
  const { path } = directory;
  for (const { name, isFolder } of await disk.listEntries(path)) {
    if (isFolder && (isStaging(name) || isDiscarded(name))) {
      yield { shard: path, name, isFolder };
    } else if (isFolder && directory.isShard(name)) {
      const shard = join(path, name);
      for (const entry of await disk.listEntries(shard)) {
        yield { shard, ...entry };
      }
    }
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
