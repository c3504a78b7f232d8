import type { Entry } from '../shared/entry.js';

/** A session or a tombstone, as it is kept under its key. Its lease ends by the wall clock, which all processes share. */
export interface CasEntry extends Entry {
  /** While a rotation is not finished: the id that this record takes the place of. */
  readonly movesFrom?: string | undefined;
}

/** An entry as it was when it was read. */
export interface Snapshot {
  readonly id: string;
  readonly entry: CasEntry;
  /** Of the value that was read. */
  readonly cas: string;
}
