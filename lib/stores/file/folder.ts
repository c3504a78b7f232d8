import { join } from 'node:path';
import type { EndReason } from '../../interfaces/session-record.interface.js';
import type { Directory } from './directory.js';
import * as disk from './disk.js';
import { dataName, type StateName, formatStateName, parseStateName, parseTombstone, tombstoneName } from './names.js';

/** What a session's folder held when it was read. */
export type Content =
  | { readonly status: 'live'; readonly state: StateName; readonly names: readonly string[] }
  | {
      readonly status: 'gone';
      readonly endReason: EndReason;
      readonly state?: undefined;
      readonly names: readonly string[];
    }
  | {
      readonly status: 'missing';
      readonly endReason?: undefined;
      readonly state: StateName | undefined;
      readonly names: readonly string[];
    };

/** How often an operation reads the folder again because another one was faster. Each time, that other one succeeded. */
const MAX_ATTEMPTS = 1_000;

/**
 * The folder of one session, and what makes each operation on it one atomic step, whichever process it runs in and wherever
 * that process is paused or killed:
 *
 * - **The name of one empty file, the state file, holds the whole state of a session except its data.** The state changes by a
 *   rename *from the name that was read*. Of all operations that read the same name, one can rename it; the others find no
 *   file of that name, read the folder again and check their guard anew. This also holds for a process that wakes up after
 *   hours: no name is used twice, because the serial in it only rises.
 * - **Data are written first, to a file that is never written again, and count once the state file names it.** So no reader
 *   gets half of them, and an operation that is killed before the rename has changed nothing.
 * - **A session begins with a whole folder that is renamed into place.** The rename fails where a folder with files exists.
 * - **A file that an operation in progress may need is removed only after the state has changed**, which makes that
 *   operation's rename fail; it then prepares everything under new names. So no state file ever names a file that was removed.
 *
 * Whether a session has expired is decided by the clock at the moment its name was read.
 */
export class Folder {
  readonly shard: string;
  readonly path: string;

  constructor(
    readonly directory: Directory,
    readonly id: string,
  ) {
    this.shard = directory.shardOf(id);
    this.path = join(this.shard, id);
  }

  async read(): Promise<Content> {
    const first = await this.#list();
    if (first.status !== 'missing' || first.names.length === 0) {
      return first;
    }
    // Some file systems list a folder while it changes, and show neither name of a file that is being renamed.
    return this.#list();
  }

  /** As a sweep reads. What has expired is not read again: to remove it fails if it was renewed meanwhile. */
  async readToClear(): Promise<Content> {
    const first = await this.#list();
    return first.status !== 'missing' || first.state !== undefined ? first : this.read();
  }

  /** Reads the folder and makes an attempt; does both again as long as the attempt returns `undefined`: another was faster. */
  async retry<T extends object | string | boolean>(attempt: (content: Content) => Promise<T | undefined>): Promise<T> {
    for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
      const outcome = await attempt(await this.read());
      if (outcome !== undefined) {
        return outcome;
      }
    }
    throw new Error(`FileStore: session ${this.id.slice(0, 8)} changed ${MAX_ATTEMPTS} times while it was read.`);
  }

  /** From one state to the next, in one step; `false` when it is no longer in the state that was read. */
  change(state: StateName, next: Omit<StateName, 'serial'>): Promise<boolean> {
    return disk.rename(
      this.file(formatStateName(state)),
      this.file(this.directory.stateName({ ...next, serial: state.serial + 1 })),
    );
  }

  /** From a session to its tombstone, in one step. */
  bury(state: StateName, until: number): Promise<boolean> {
    return disk.rename(this.file(formatStateName(state)), this.file(tombstoneName({ until, because: 'destroyed' })));
  }

  /** The data that a state names; `undefined` when the session has another state by now. */
  async readData({ version, size }: StateName): Promise<string | undefined> {
    const data = await disk.read(this.file(dataName(version)), size);
    if (data !== undefined) {
      return data;
    }
    const { state } = await this.read();
    if (state?.version !== version) {
      return undefined;
    }
    // No store removes them, so a person did. An empty text is a corrupt record, and the visitor starts anew.
    this.directory.warn('lost data', `the data of session ${this.id.slice(0, 8)} are not there.`);
    return '';
  }

  file(name: string): string {
    return join(this.path, name);
  }

  discard(name: string): Promise<void> {
    return this.directory.discard(this.file(name));
  }

  async #list(): Promise<Content> {
    let names = await disk.list(this.path);
    if (names === undefined) {
      await this.directory.assertPresent();
      // The directory may have been away a moment ago, and be back: then the session is there.
      names = await disk.list(this.path);
    }
    return parse(names ?? [], this.directory.now());
  }
}

function parse(names: readonly string[], now: number): Content {
  const state = names.map(parseStateName).reduce(newer, undefined);
  if (state) {
    return now < state.expiresAt ? { status: 'live', state, names } : { status: 'missing', state, names };
  }
  const tombstones = names.map(parseTombstone).filter((tombstone) => tombstone !== undefined);
  if (!tombstones.some(({ until }) => now < until)) {
    return { status: 'missing', state: undefined, names };
  }
  // A rotation that was killed before its last step leaves a tombstone too. That of a deletion is the renamed state file:
  // where there is one, the session was destroyed.
  const isDestroyed = tombstones.some(({ because }) => because === 'destroyed');
  return { status: 'gone', endReason: isDestroyed ? 'destroyed' : 'rotated', names };
}

function newer(one: StateName | undefined, other: StateName | undefined): StateName | undefined {
  return one && other ? (other.serial > one.serial ? other : one) : (one ?? other);
}
