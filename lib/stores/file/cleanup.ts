import { join } from 'node:path';
import type { Directory } from './directory.js';
import * as disk from './disk.js';
import { type Content, Folder } from './folder.js';
import { dataName, headName, isLocked, isOurs, parseRotation, parseTombstone } from './names.js';

/**
 * Removes a session that has expired, or what an ended tombstone or an operation that was killed has left. Tells whether it
 * removed a session or a tombstone; not when somebody else was faster.
 *
 * @throws Error when there is something in the folder that no store put there.
 */
export async function clear(folder: Folder, { head, names }: Content): Promise<boolean> {
  if (!names.every(isOurs)) {
    throw new Error(
      `FileStore: the folder of session ${folder.id.slice(0, 8)} holds something that no store put there.`,
    );
  }
  const current = head && headName(head);
  if (current !== undefined) {
    // Whoever still means to renew this session finds nothing to rename from here on.
    if (!(await disk.remove(folder.file(current)))) return false;
  } else if (!(await stopRotations(folder, names))) {
    return false;
  }
  for (const name of names.filter((other) => other !== current)) await folder.discard(name);
  const isRemoved = await disk.removeFolder(folder.path);
  // The head has one remover, who may yet be overtaken in removing the folder.
  return head !== undefined || (isRemoved && names.some((name) => parseTombstone(name) !== undefined));
}

/** Removes what operations that were killed have left beside a session. */
export async function tidy(folder: Folder, { head, names }: Content): Promise<void> {
  if (!head || isLocked(head, folder.directory.now())) return;
  const current = [headName(head), dataName(head.version)];
  const leftovers = names.filter((name) => isOurs(name) && !current.includes(name));
  // No operation that has read the state so far can count on them any more.
  if (leftovers.length === 0 || !(await folder.change(head, head))) return;
  for (const name of leftovers) await folder.discard(name);
}

/** Removes a folder that is not a session's; nothing that counts. */
export async function removeTree(path: string, directory: Directory): Promise<false> {
  for (const name of (await disk.list(path)) ?? []) await directory.discard(join(path, name));
  await disk.removeFolder(path);
  return false;
}

/**
 * A folder without a head may have been prepared for a session that is about to get this id: changes the state of that
 * session, so that it has to prepare another. `false` when it arrived in the meantime.
 */
async function stopRotations(folder: Folder, names: readonly string[]): Promise<boolean> {
  const origins = names.map(parseRotation).filter((from) => from !== undefined);
  if (origins.length === 0) return true;
  for (const from of origins) {
    const origin = new Folder(folder.directory, from);
    const { head } = await origin.look();
    if (head && !(await origin.change(head, head))) return false;
  }
  return (await folder.look()).head === undefined;
}
