import { join } from 'node:path';
import type { Directory } from './directory.js';
import type { EndReason } from '../../interfaces/session-record.interface.js';
import * as disk from './disk.js';
import { dataName, type Head, headName, parseHead, parseTombstone, tombstoneName } from './names.js';

/** What a look into a session's folder found. */
export type Content =
  | { readonly status: 'live'; readonly head: Head; readonly names: readonly string[] }
  | {
      readonly status: 'gone';
      readonly because: EndReason;
      readonly head?: undefined;
      readonly names: readonly string[];
    }
  | { readonly status: 'missing'; readonly head: Head | undefined; readonly names: readonly string[] };

/** How often an operation looks again because somebody else was faster. Each time, somebody else got on. */
const MAX_LOOKS = 1_000;

/**
 * The folder of one session, and what makes each operation on it one atomic step, whichever process it runs in and wherever
 * that process is paused or killed:
 *
 * - **The name of one empty file, the head, is the whole state of a session but for its data.** It changes by a rename *from
 *   the name that was read*. Of all who read the same state, one can rename it; the others find nothing under that name, look
 *   again and judge their guard anew. That holds for whoever wakes up after hours as well: no name comes twice, since the
 *   serial in it only rises.
 * - **Data are written first, to a file of their own that is never written again, and count once the head names it.** So
 *   nobody reads half of them, and whoever is killed before the rename has changed nothing.
 * - **A session begins with a whole folder renamed into place**, which fails where a folder is that has anything in it.
 * - **What may belong to an operation in progress is removed only after the head that this operation would rename was moved
 *   on**, and an operation that looks again prepares everything under new names. So no head ever names what was removed.
 *
 * Whether something has expired is judged by the time at which its name was read.
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

  async look(): Promise<Content> {
    const first = await this.#list();
    if (first.status !== 'missing' || first.names.length === 0) return first;
    // Some file systems list a folder while it changes and show a rename halfway, with neither name.
    return this.#list();
  }

  /** Looks, and tries; looks again as long as the attempt gives `undefined`, because somebody else was faster. */
  async settle<T extends object | string | boolean>(attempt: (content: Content) => Promise<T | undefined>): Promise<T> {
    for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
      const outcome = await attempt(await this.look());
      if (outcome !== undefined) return outcome;
    }
    throw new Error(`FileStore: session ${this.id.slice(0, 8)} changed ${MAX_LOOKS} times while it was looked at.`);
  }

  /** From one state to the next, in one step; `false` when it is no longer in the state that was read. */
  change(head: Head, next: Omit<Head, 'serial'>): Promise<boolean> {
    return disk.rename(this.file(headName(head)), this.file(headName({ ...next, serial: head.serial + 1 })));
  }

  /** From a session to its tombstone, in one step. */
  bury(head: Head, until: number): Promise<boolean> {
    return disk.rename(this.file(headName(head)), this.file(tombstoneName({ until, because: 'destroyed' })));
  }

  /** The data of a state; `undefined` when the session has another state by now. */
  async read({ version, size }: Head): Promise<string | undefined> {
    const data = await disk.read(this.file(dataName(version)), size);
    if (data !== undefined) return data;
    const { head } = await this.look();
    if (head?.version !== version) return undefined;
    // Only somebody else than a store can have removed them. Nobody can decode this, so that the visitor starts anew.
    this.directory.warn(`the data of session ${this.id.slice(0, 8)} are not there.`);
    return '';
  }

  file(name: string): string {
    return join(this.path, name);
  }

  discard(name: string): Promise<void> {
    return this.directory.discard(this.file(name));
  }

  async #list(): Promise<Content> {
    const names = await disk.list(this.path);
    if (names === undefined) await this.directory.assertPresent();
    return judge(names ?? [], this.directory.now());
  }
}

function judge(names: readonly string[], now: number): Content {
  const head = names.map(parseHead).reduce(newer, undefined);
  if (head) return now < head.expiresAt ? { status: 'live', head, names } : { status: 'missing', head, names };
  const tombstones = names.map(parseTombstone).filter((tombstone) => tombstone !== undefined);
  if (!tombstones.some(({ until }) => now < until)) return { status: 'missing', head: undefined, names };
  // A rotation that was killed may have left a tombstone beside the head. That of a deletion was the head: so it happened.
  const isDestroyed = tombstones.some(({ because }) => because === 'destroyed');
  return { status: 'gone', because: isDestroyed ? 'destroyed' : 'rotated', names };
}

function newer(one: Head | undefined, other: Head | undefined): Head | undefined {
  return one && other ? (other.serial > one.serial ? other : one) : (one ?? other);
}
