import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { SessionsConfigError } from '../../errors/sessions-config.error.js';
import { messageOf } from '../shared/store-failure.js';
import * as disk from './disk.js';

const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;

/** By what a directory is known again. */
export interface DirectoryIdentity {
  readonly dev: number;
  readonly ino: number;
}

/**
 * Creates the directory where there is none.
 *
 * @throws SessionsConfigError when sessions could not be kept there, or not safely.
 */
export async function examine(path: string): Promise<DirectoryIdentity> {
  const refuse = (what: string, cause?: unknown): never => {
    throw new SessionsConfigError(`FileStore: the directory ${path} ${what}`, { cause });
  };
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Something else than a directory: the checks below say so.
    if (!disk.isOneOf(error, 'EEXIST')) {
      refuse(`cannot be created: ${messageOf(error)}.`, error);
    }
  }
  const found = (await disk.inspect(path)) ?? refuse('was removed while the store started.');
  if (found.isSymbolicLink()) {
    refuse('is a symbolic link. Name the directory that it points at.');
  }
  if (!found.isDirectory()) {
    refuse('is not a directory.');
  }
  if (!isOwn(found)) {
    refuse(
      `belongs to user ${found.uid}, and this process runs as ${process.getuid?.()}. ` +
        'Make it with the user that runs the application.',
    );
  }
  if (isWritableByStrangers(found)) {
    refuse(`can be written by other users (mode ${(found.mode & 0o777).toString(8)}). Set its mode to 700.`);
  }
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    refuse(`cannot be written: ${messageOf(error)}.`, error);
  }
  return found;
}

type Permissions = Readonly<Record<'mode' | 'uid' | 'gid', number>>;

/** A volume of Kubernetes with an `fsGroup` belongs to root, and the group of the process may write (mode 2770). */
function isOwn(found: Permissions): boolean {
  const user = process.getuid?.();
  const isOfRoot = found.uid === 0 && (found.mode & WRITABLE_BY_GROUP) !== 0 && isOwnGroup(found.gid);
  return user === undefined || found.uid === user || isOfRoot;
}

/** `fsGroup` also gives the directories below to the group, at each mount. */
function isWritableByStrangers({ mode, gid }: Permissions): boolean {
  const isWritableByGroup = (mode & WRITABLE_BY_GROUP) !== 0;
  return (mode & WRITABLE_BY_OTHERS) !== 0 || (isWritableByGroup && !isOwnGroup(gid));
}

function isOwnGroup(group: number): boolean {
  return process.getegid?.() === group || (process.getgroups?.().includes(group) ?? false);
}
