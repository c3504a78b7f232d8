import type { SessionRecord } from '../../interfaces/session-record.interface.js';
import { createFolder } from './create-folder.js';
import * as disk from './disk.js';
import type { Folder } from './folder.js';
import { dataName, type StateName, formatStateName, nonce, rotationName, tombstoneName } from './names.js';

export interface Rotation {
  readonly from: Folder;
  readonly to: Folder;
  readonly record: SessionRecord;
  readonly tombstoneUntil: number;
  /** Whether the lock moves to the new id too. */
  readonly keepsLock: boolean;
  /** Whether the guard of the rotation holds for this state. */
  readonly permits: (state: StateName) => boolean;
}

/**
 * Moves a session to another id. First the new folder gets the data, and the old folder a tombstone. Neither has an effect
 * yet: the new folder has no state file, and the old one still has its own. Then **one rename moves the state file from the
 * old folder to the new one**. Before it the session lives under the old id alone, after it under the new one alone. A process
 * that is killed before or after the rename leaves only files that a sweep removes.
 */
export function rotate(rotation: Rotation): Promise<string | false> {
  return rotation.from.retry(async ({ status, state }) => {
    return status === 'live' && rotation.permits(state) ? attempt(rotation, state) : false;
  });
}

/** `undefined` when the session changed meanwhile. */
async function attempt(rotation: Rotation, state: StateName): Promise<string | false | undefined> {
  const { from, to, record, keepsLock } = rotation;
  const content = Buffer.from(record.data);
  const prepared = {
    version: nonce(),
    marker: rotationName(from.id),
    tombstone: tombstoneName({ until: rotation.tombstoneUntil, because: 'rotated' }),
  };
  const next: StateName = {
    serial: state.serial + 1,
    version: prepared.version,
    size: content.length,
    createdAt: record.createdAt,
    expiresAt: Math.max(state.expiresAt, record.expiresAt),
    ...(keepsLock && state.lock && { lock: state.lock }),
  };
  if (!(await createFolder(to, [{ name: dataName(prepared.version), content }, { name: prepared.marker }]))) {
    return false;
  }
  if (
    !(await writeTombstone(rotation, prepared)) ||
    !(await disk.rename(from.file(formatStateName(state)), to.file(to.directory.stateName(next))))
  ) {
    await undo(rotation, prepared);
    return undefined;
  }
  await from.directory.flushFolders(to.path, from.path);
  await to.discard(prepared.marker);
  await from.discard(dataName(state.version));
  return prepared.version;
}

interface Prepared {
  readonly version: string;
  readonly marker: string;
  readonly tombstone: string;
}

/** `false` when the folder of the session no longer exists. */
async function writeTombstone(rotation: Rotation, prepared: Prepared): Promise<boolean> {
  try {
    await disk.writeEmpty(rotation.from.file(prepared.tombstone));
    return true;
  } catch (error) {
    if (disk.isOneOf(error, 'ENOENT')) {
      return false;
    }
    await undo(rotation, prepared);
    throw error;
  }
}

async function undo({ from, to }: Rotation, { version, marker, tombstone }: Prepared): Promise<void> {
  await from.discard(tombstone);
  await to.discard(marker);
  await to.discard(dataName(version));
  await disk.removeFolder(to.path);
}
