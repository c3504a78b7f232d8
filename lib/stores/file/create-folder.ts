import { join } from 'node:path';
import { clear, removeTree } from './cleanup.js';
import type { Directory } from './directory.js';
import * as disk from './disk.js';
import type { Folder } from './folder.js';
import { unpublishedName } from './names.js';

export interface FileToPublish {
  readonly name: string;
  readonly content?: Buffer;
}

/**
 * Brings a session's folder into being, with all that is in it, in one step; `false` when a session or a tombstone is
 * there already.
 */
export async function publish(folder: Folder, files: readonly FileToPublish[]): Promise<boolean> {
  const { directory, shard } = folder;
  const unpublished = join(shard, unpublishedName());
  await makeFolder(unpublished, shard, directory);
  let isPublished = false;
  try {
    for (const { name, content } of files) await write(join(unpublished, name), content, directory);
    await directory.flushFolders(unpublished);
    isPublished = await putInPlace(unpublished, folder);
  } finally {
    if (!isPublished) await removeTree(unpublished, directory);
  }
  if (isPublished) await directory.flushFolders(shard);
  return isPublished;
}

async function makeFolder(path: string, shard: string, directory: Directory): Promise<void> {
  if (await disk.makeFolder(path)) return;
  await directory.assertPresent();
  try {
    await disk.makeFolder(shard);
  } catch (error) {
    // Another session made it meanwhile.
    if (!disk.isOneOf(error, 'EEXIST')) throw error;
  }
  await directory.flushFolders(directory.path);
  if (!(await disk.makeFolder(path))) throw new Error(`FileStore: ${shard} was removed.`);
}

function write(file: string, content: Buffer | undefined, directory: Directory): Promise<void> {
  return content ? disk.write(file, content, directory.flushesFiles) : disk.writeEmpty(file);
}

async function putInPlace(unpublished: string, folder: Folder): Promise<boolean> {
  if (await disk.moveFolder(unpublished, folder.path)) return true;
  return folder.settle(async (content) => {
    if (content.status !== 'missing') return false;
    await clear(folder, content);
    return (await disk.moveFolder(unpublished, folder.path)) ? true : undefined;
  });
}
