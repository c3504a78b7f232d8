import { isRunning } from '../shared/entry.js';
import * as disk from './disk.js';
import { type Content, Folder } from './folder.js';
import { dataName, formatStateName, isOurs, parseRotation, parseTombstone } from './names.js';

/**
 * Removes a folder whose session or tombstone has ended, or that a killed operation left behind. Returns whether this call
 * removed a session or a tombstone: `false` when another process did.
 *
 * @throws Error when the folder holds something that no store put there.
 */
export async function clear(folder: Folder, { state, names }: Content): Promise<boolean> {
  if (!names.every(isOurs)) {
    throw new Error(
      `FileStore: the folder of session ${folder.id.slice(0, 8)} holds something that no store put there.`,
    );
  }
  const current = state && formatStateName(state);
  if (current !== undefined) {
    // The state file goes first: from here on an operation that still means to renew the session finds nothing to rename.
    if (!(await disk.remove(folder.file(current)))) {
      return false;
    }
  } else if (!(await stopRotations(folder, names))) {
    return false;
  }
  for (const name of names.filter((other) => other !== current)) {
    await folder.discard(name);
  }
  const isRemoved = await disk.removeFolder(folder.path);
  // Only one process removes the state file. Another one may remove the folder before this one does.
  return state !== undefined || (isRemoved && names.some((name) => parseTombstone(name) !== undefined));
}

/** Removes what killed operations have left beside a live session. */
export async function tidy(folder: Folder, { state, names }: Content): Promise<void> {
  if (!state || isRunning(state.lock, folder.directory.now())) {
    return;
  }
  const current = [formatStateName(state), dataName(state.version)];
  const leftovers = names.filter((name) => isOurs(name) && !current.includes(name));
  // An operation that has read the old state would still use these files. After this change its own rename fails.
  if (leftovers.length === 0 || !(await folder.change(state, state))) {
    return;
  }
  for (const name of leftovers) {
    await folder.discard(name);
  }
}

/**
 * A rotation may have prepared this folder and be about to rename its state file into it. Changing the state of the session
 * under its old id makes that rename fail, so that the rotation prepares a new folder. `false` when the rename came first.
 */
async function stopRotations(folder: Folder, names: readonly string[]): Promise<boolean> {
  const origins = names.map(parseRotation).filter((from) => from !== undefined);
  if (origins.length === 0) {
    return true;
  }
  for (const from of origins) {
    const origin = new Folder(folder.directory, from);
    const { state } = await origin.read();
    if (state && !(await origin.change(state, state))) {
      return false;
    }
  }
  return (await folder.read()).state === undefined;
}
