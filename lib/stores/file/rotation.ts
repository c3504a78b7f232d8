import type { SessionRecord } from '../../interfaces/session-record.interface.js';
import * as disk from './disk.js';
import type { Folder } from './folder.js';
import { dataName, type Head, headName, nonce, rotationName, tombstoneName } from './names.js';
import { publish } from './create-folder.js';

export interface Rotation {
  readonly from: Folder;
  readonly to: Folder;
  readonly record: SessionRecord;
  readonly tombstoneUntil: number;
  /** Whether the lock goes along. */
  readonly keepsLock: boolean;
  /** Judges the state that is about to be left. */
  readonly permits: (head: Head) => boolean;
}

/**
 * Gives a session another id. The new folder gets the data and the old one its tombstone first, and neither counts: the one
 * has no head yet, the other still has one. Then **one rename takes the head from the old folder to the new**. Before it the
 * session lives under the old id alone, after it under the new one alone, and whoever is killed on either side of it leaves
 * only what a sweep removes.
 */
export function rotate(rotation: Rotation): Promise<string | false> {
  return rotation.from.settle(async ({ status, head }) => {
    return status === 'live' && rotation.permits(head) ? attempt(rotation, head) : false;
  });
}

/** `undefined` when the session changed meanwhile. */
async function attempt(rotation: Rotation, head: Head): Promise<string | false | undefined> {
  const { from, to, record, keepsLock } = rotation;
  const content = Buffer.from(record.data);
  const prepared = {
    version: nonce(),
    marker: rotationName(from.id),
    tombstone: tombstoneName({ until: rotation.tombstoneUntil, because: 'rotated' }),
  };
  const next: Head = {
    serial: head.serial + 1,
    version: prepared.version,
    size: content.length,
    createdAt: record.createdAt,
    expiresAt: Math.max(head.expiresAt, record.expiresAt),
    ...(keepsLock && head.lock && { lock: head.lock }),
  };
  if (!(await publish(to, [{ name: dataName(prepared.version), content }, { name: prepared.marker }]))) return false;
  if (!(await leave(rotation, prepared)) || !(await disk.rename(from.file(headName(head)), to.file(headName(next))))) {
    await undo(rotation, prepared);
    return undefined;
  }
  await from.directory.flushFolders(to.path, from.path);
  await to.discard(prepared.marker);
  await from.discard(dataName(head.version));
  return prepared.version;
}

interface Prepared {
  readonly version: string;
  readonly marker: string;
  readonly tombstone: string;
}

/** `false` when the folder of the session is not there any more. */
async function leave(rotation: Rotation, prepared: Prepared): Promise<boolean> {
  try {
    await disk.writeEmpty(rotation.from.file(prepared.tombstone));
    return true;
  } catch (error) {
    if (disk.isOneOf(error, 'ENOENT')) return false;
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
