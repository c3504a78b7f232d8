import { join } from 'node:path';
import { SessionsConfigError } from '../../errors/sessions-config.error.js';
import type { Clock } from '../../interfaces/clock.interface.js';
import type { StoreContext } from '../../interfaces/store-abilities.interface.js';
import { messageOf } from '../shared/store-failure.js';
import { StoreLog } from '../shared/store-log.js';
import * as disk from './disk.js';
import { type DirectoryIdentity, examine } from './examine.js';
import type { FileStoreFsync, FileStoreOptions } from './file-store-options.js';
import { longestNameIn } from './longest-name.js';
import { formatStateName, LONGEST_FILE_NAME, stagingName, type StateName } from './names.js';

/** The directory of all sessions, and what its files share. */
export class Directory {
  readonly #identity: DirectoryIdentity;
  readonly #fsync: FileStoreFsync;
  readonly #clock: Clock;
  readonly #log: StoreLog;
  #longestName = LONGEST_FILE_NAME;

  constructor(
    readonly path: string,
    fsync: FileStoreFsync,
    identity: DirectoryIdentity,
    clock: Clock,
    log: StoreLog,
  ) {
    this.#fsync = fsync;
    this.#identity = identity;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Creates the directory where there is none.
   *
   * @throws SessionsConfigError when sessions could not be kept there, or not safely.
   */
  static async open({ directory, fsync }: Required<FileStoreOptions>, context: StoreContext): Promise<Directory> {
    const log = new StoreLog('FileStore');
    log.start(context);
    return new Directory(directory, fsync, await examine(directory), context.clock, log);
  }

  /**
   * Tries what the store needs, in a directory of its own below this one, which is removed afterwards. On a full disk nothing can
   * be tried: then the store starts, since the sessions that are there can be read.
   *
   * @throws SessionsConfigError that says what cannot be done.
   */
  async prove(liveThere: (trial: Directory) => Promise<void>): Promise<void> {
    const path = join(this.path, stagingName());
    try {
      await disk.makeFolder(path);
      this.#longestName = await longestNameIn(path);
      const trial = new Directory(path, this.#fsync, await examine(path), this.#clock, this.#log);
      trial.#longestName = this.#longestName;
      await liveThere(trial);
    } catch (error) {
      if (!isFull(error)) {
        throw new SessionsConfigError(
          `FileStore: the directory ${this.path} cannot keep sessions: ${messageOf(error)}`,
          {
            cause: error,
          },
        );
      }
      this.#log.error('full disk', `the disk of ${this.path} is full: no session can be begun or changed.`);
    } finally {
      await disk.removeTree(path);
    }
  }

  now(): number {
    return this.#clock.now();
  }

  /** The folder that holds the folder of a session: up to some millions of sessions none of them grows long. */
  shardOf(id: string): string {
    return join(this.path, id.slice(0, 2));
  }

  isShard(name: string): boolean {
    return /^[\w-]{2}$/.test(name);
  }

  /** The name of a state that is to come, as long as names may be here. */
  stateName(state: StateName): string {
    return formatStateName(state, this.#longestName);
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
    if (found?.dev === this.#identity.dev && found.ino === this.#identity.ino) {
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
    } catch (error) {
      this.warn('leftover', `a file could not be removed: ${messageOf(error)}`);
    }
  }

  /** Throttled for each kind: what is wrong with a disk is wrong with many sessions. */
  warn(kind: string, message: string): void {
    this.#log.warn(kind, message);
  }
}

function isFull(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return [error, cause].some((one) => disk.isOneOf(one, 'ENOSPC', 'EDQUOT'));
}
