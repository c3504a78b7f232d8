import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SessionsConfigError } from '../../errors/sessions-config.error.js';
import type { StoreContext } from '../../interfaces/store-abilities.interface.js';
import { messageOf } from '../shared/store-failure.js';
import * as disk from './disk.js';
import type { FileStoreFsync, FileStoreOptions } from './file-store-options.js';

const WRITABLE_BY_OTHERS = 0o022;

/** The directory of all sessions, and what its files share. */
export class Directory {
  readonly path: string;
  readonly #device: number;
  readonly #inode: number;
  readonly #fsync: FileStoreFsync;
  readonly #context: StoreContext;
  #isInTrouble = false;

  constructor(options: Required<FileStoreOptions>, identity: DirectoryIdentity, context: StoreContext) {
    this.path = options.directory;
    this.#fsync = options.fsync;
    this.#device = identity.dev;
    this.#inode = identity.ino;
    this.#context = context;
  }

  /**
   * Creates the directory where there is none.
   *
   * @throws SessionsConfigError when sessions could not be kept there, or not safely.
   */
  static async open(options: Required<FileStoreOptions>, context: StoreContext): Promise<Directory> {
    return new Directory(options, await examine(options.directory), context);
  }

  now(): number {
    return this.#context.clock.now();
  }

  /** The folder that holds the folder of a session: up to some millions of sessions none of them grows long. */
  shardOf(id: string): string {
    return join(this.path, id.slice(0, 2));
  }

  isShard(name: string): boolean {
    return /^[\w-]{2}$/.test(name);
  }

  /** Whether the content of a file is flushed to the disk before the write is acknowledged. */
  get flushesFiles(): boolean {
    return this.#fsync !== 'none';
  }

  /** Makes the names in these folders survive a power failure, if `fsync` is `'full'`. */
  async flushFolders(...folders: readonly string[]): Promise<void> {
    if (this.#fsync === 'full') {
      for (const folder of folders) {
        await disk.flushFolder(folder);
      }
    }
  }

  /**
   * To be called before a session is reported as missing. If its folder is not there because the whole directory is not, that
   * is an outage.
   *
   * @throws Error when the directory is not the one that was opened.
   */
  async assertPresent(): Promise<void> {
    const found = await disk.inspect(this.path);
    if (found?.dev === this.#device && found.ino === this.#inode) {
      return;
    }
    throw new Error(
      `FileStore: ${this.path} is not the directory that was opened at start-up: was it removed or unmounted? ` +
        'Bring it back, or restart the application to begin with an empty one.',
    );
  }

  /** Removes a file that is no longer needed. If that fails, the operation has still succeeded, and a sweep tries again. */
  async discard(path: string): Promise<void> {
    try {
      await disk.remove(path);
      this.#isInTrouble = false;
    } catch (error) {
      if (!this.#isInTrouble) {
        this.warn(`a file could not be removed: ${String(error)}`);
      }
      this.#isInTrouble = true;
    }
  }

  warn(message: string): void {
    this.#context.logger.warn(`FileStore: ${message}`);
  }
}

interface DirectoryIdentity {
  readonly dev: number;
  readonly ino: number;
}

async function examine(path: string): Promise<DirectoryIdentity> {
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
  const user = process.getuid?.();
  if (user !== undefined && found.uid !== user) {
    refuse(
      `belongs to user ${found.uid}, and this process runs as ${user}. Make it with the user that runs the application.`,
    );
  }
  if ((found.mode & WRITABLE_BY_OTHERS) !== 0) {
    refuse(`can be written by other users (mode ${(found.mode & 0o777).toString(8)}). Set its mode to 700.`);
  }
  try {
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    refuse(`cannot be written: ${messageOf(error)}.`, error);
  }
  return found;
}
