import { SessionTooLargeError } from '../../errors/index.js';
import { encode } from '../shared/entry-codec.js';
import type { CasEntry } from './snapshot.js';

/** The server's limit for an item is 1 MiB. The key and the server's own fields are part of it. */
const MAX_BYTES = 1_048_576 - 1_024;

/** @throws SessionTooLargeError before anything is sent, so that the stored value stays. */
export function valueOf(entry: CasEntry): string {
  const value = encode(entry);
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_BYTES) {
    throw new SessionTooLargeError(bytes, MAX_BYTES);
  }
  return value;
}
