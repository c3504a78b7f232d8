import { decode } from '../shared/entry-codec.js';
import { storeFailure } from '../shared/store-failure.js';

/** Characters of the end of a key, which is a hash: enough to tell any two keys apart. */
const MARK = 12;

/** A value that says for which key it was written: some clients give a command the answer to another. */
export function markedValue(key: string, text: string): string {
  return key.slice(-MARK) + text;
}

/**
 * The text of a value, or what something else has written. Without the mark a client that mixes up its answers would give one
 * visitor the session of another.
 *
 * @throws SessionStoreError when it was written for another key.
 */
export function textOfMarked(key: string, value: unknown): unknown {
  if (typeof value !== 'string') {
    return value;
  }
  const text = value.slice(MARK);
  if (value.startsWith(key.slice(-MARK))) {
    return text;
  }
  if (decode(text) !== undefined) {
    throw storeFailure('the cache answered for another key than it was asked for');
  }
  return value;
}
