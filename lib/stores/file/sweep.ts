import { join } from 'node:path';
import type { SweepBatch, SweepOptions } from '../../interfaces/store-abilities.interface.js';
import { isRunning } from '../shared/entry.js';
import { clear, removeTree, tidy } from './cleanup.js';
import type { Directory } from './directory.js';
import * as disk from './disk.js';
import { Folder } from './folder.js';
import { discardedName, isDiscarded, isSession, isStaging } from './names.js';

/** How many folders are read at the same time: half of the threads that all file operations of a process share by default. */
const AT_ONCE = 2;

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
  for await (const group of groupsOf(directory)) {
    const sessions = group.filter(({ isFolder, name }) => isFolder && isSession(name));
    const contents = await Promise.all(sessions.map(({ name }) => new Folder(directory, name).read()));
    live += contents.filter(({ status }) => status === 'live').length;
  }
  return live;
}

/** Removes what has expired, and what killed processes have left behind. */
export async function* sweepSessions(directory: Directory, { batchSize }: SweepOptions): AsyncGenerator<SweepBatch> {
  let removed = 0;
  let errors: Error[] = [];
  for await (const group of groupsOf(directory, batchSize)) {
    if (removed + group.length > batchSize) {
      yield { removed, errors };
      removed = 0;
      errors = [];
    }
    for (const outcome of await Promise.allSettled(group.map((entry) => sweepEntry(directory, entry)))) {
      if (outcome.status === 'rejected') {
        errors.push(toError(outcome.reason));
      } else if (outcome.value) {
        removed += 1;
      }
    }
  }
  yield { removed, errors };
}

/** Whether it removed a session or a tombstone. */
async function sweepEntry(directory: Directory, { shard, name, isFolder }: Entry): Promise<boolean> {
  const path = join(shard, name);
  if (isFolder && isDiscarded(name)) {
    return removeTree(path, directory);
  }
  if (isFolder && isStaging(name)) {
    return sweepStaging(directory, shard, path);
  }
  if (!isFolder || !isSession(name)) {
    throw new Error(`FileStore: ${shard} holds something that no store put there.`);
  }
  const folder = new Folder(directory, name);
  const content = await folder.read();
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
async function sweepStaging(directory: Directory, shard: string, path: string): Promise<boolean> {
  const found = await disk.inspect(path);
  if (!found || Date.now() - found.mtimeMs < STAGING_TIME) {
    return false;
  }
  const discarded = join(shard, discardedName());
  return (await disk.rename(path, discarded)) && removeTree(discarded, directory);
}

/** The entries of all shards, in groups that are handled at the same time. */
async function* groupsOf(directory: Directory, largest = AT_ONCE): AsyncGenerator<readonly Entry[]> {
  const size = Math.min(largest, AT_ONCE);
  for (const { name: shardName, isFolder } of await disk.listEntries(directory.path)) {
    if (!isFolder || !directory.isShard(shardName)) {
      continue;
    }
    const shard = join(directory.path, shardName);
    const entries = (await disk.listEntries(shard)).map((entry) => ({ shard, ...entry }));
    for (let start = 0; start < entries.length; start += size) {
      yield entries.slice(start, start + size);
    }
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
