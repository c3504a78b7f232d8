import { join } from 'node:path';
import { messageOf } from '../shared/store-failure.js';
import { clear } from './cleanup.js';
import type { Directory } from './directory.js';
import * as disk from './disk.js';
import type { Folder } from './folder.js';
import { stagingName } from './names.js';

interface NewFile {
  readonly name: string;
  readonly content?: Buffer;
}

/**
 * Creates a session's folder with all its files in one step: they are written to a staging folder, which is then renamed.
 * `false` when a session or a tombstone is there already.
 */
export async function createFolder(folder: Folder, files: readonly NewFile[]): Promise<boolean> {
  const { directory, shard } = folder;
  const staging = join(shard, stagingName());
  await makeFolder(staging, shard, directory);
  let isCreated = false;
  try {
    for (const { name, content } of files) {
      await write(join(staging, name), content, directory);
    }
    await directory.flushFolders(staging);
    isCreated = await putInPlace(staging, folder);
  } finally {
    if (!isCreated) {
      await discardFolder(staging, directory);
    }
  }
  if (isCreated) {
    await directory.flushFolders(shard);
  }
  return isCreated;
}

async function makeFolder(path: string, shard: string, directory: Directory): Promise<void> {
  if (await disk.makeFolder(path)) {
    return;
  }
  await directory.assertPresent();
  try {
    await disk.makeFolder(shard);
  } catch (error) {
    // Another session made it meanwhile.
    if (!disk.isOneOf(error, 'EEXIST')) {
      throw error;
    }
  }
  await directory.flushFolders(directory.path);
  if (!(await disk.makeFolder(path))) {
    throw new Error(`FileStore: ${shard} was removed.`);
  }
}

function write(file: string, content: Buffer | undefined, directory: Directory): Promise<void> {
  return content ? disk.write(file, content, directory.flushesFiles) : disk.writeEmpty(file);
}

async function putInPlace(staging: string, folder: Folder): Promise<boolean> {
  if (await disk.moveFolder(staging, folder.path)) {
    return true;
  }
  return folder.retry(async (content) => {
    if (content.status !== 'missing') {
      return false;
    }
    await clear(folder, content);
    return (await disk.moveFolder(staging, folder.path)) ? true : undefined;
  });
}

/** Never fails: the operation has failed already, or has succeeded without this folder. A sweep tries again. */
async function discardFolder(path: string, directory: Directory): Promise<void> {
  try {
    await disk.removeTree(path);
  } catch (error) {
    directory.warn('leftover', `a folder could not be removed: ${messageOf(error)}`);
  }
}
