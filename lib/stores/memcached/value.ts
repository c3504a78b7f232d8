import { SessionTooLargeError } from '../../errors/index.js';
import { encode } from '../shared/entry-codec.js';
import type { CasEntry } from './snapshot.js';

/** The server's limit for an item, unless its option -I says otherwise. */
const ITEM = 1_048_576;

/** A key of 250 bytes, and what the server keeps beside it. */
const KEY_AND_HEADER = 512;

/** The longest that the fields of an entry can be, with a lock, the names of its holder, and a rotation that is under way. */
const FIELDS = 1_536;

const MAX_DATA = ITEM - KEY_AND_HEADER - FIELDS;

/** Above so many characters of data the fields have room to grow: for smaller ones no server has too low a limit. */
const LARGE = 65_536;

/**
 * The value of an entry. That of a large session is as long without a lock as with one: so a server that has stored it, whatever
 * its own limit is, also stores its lock.
 */
export function valueOf(entry: CasEntry): string {
  return encode(entry, entry.data.length > LARGE ? FIELDS : 0);
}

/** @throws SessionTooLargeError before anything is sent, so that the stored value stays. */
export function assertFits(data: string): void {
  const bytes = Buffer.byteLength(data);
  if (bytes > MAX_DATA) {
    throw new SessionTooLargeError(bytes, MAX_DATA, `memcached keeps beside its lock (${MAX_DATA})`);
  }
}
