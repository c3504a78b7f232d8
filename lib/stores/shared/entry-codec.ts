import type { EndReason } from '../../interfaces/session-record.interface.js';
import type { Entry } from './entry.js';
import type { StoreLog } from './store-log.js';

/** Cannot occur in JSON text. Not a line break: the package `memcached` escapes those, and other clients would see that. */
const SEPARATOR = '\t';

const END_REASONS: readonly (EndReason | undefined)[] = [undefined, 'destroyed', 'rotated'];

/**
 * An entry as one string: everything but the data as JSON, then the data as they are. They are JSON already, and encoding
 * them a second time would make them longer.
 *
 * @param room bytes for all but the data, at least: what is not needed is left blank.
 */
export function encode({ data, ...fields }: Entry, room = 0): string {
  const text = JSON.stringify(fields);
  const blank = room === 0 ? '' : ' '.repeat(Math.max(0, room - Buffer.byteLength(text)));
  return `${text}${blank}${SEPARATOR}${data}`;
}

/** As `decode`; what something else has written is a corrupt record, which the operator is told of. */
export function decodeStored(value: unknown, log: StoreLog): Entry | undefined {
  const entry = decode(value);
  if (entry === undefined && value !== undefined) {
    log.warn(
      'foreign value',
      'a key of its own holds a value that it cannot read. It takes the session for missing. Give it a prefix that nothing else ' +
        'uses; after a change of the serialiser or the compression that is to be expected for a while.',
    );
  }
  return entry;
}

/** `undefined` when `encode()` did not write it. */
export function decode(value: unknown): Entry | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const end = value.indexOf(SEPARATOR);
  const fields = parse(value.slice(0, Math.max(end, 0)));
  return areFields(fields) ? { ...fields, data: value.slice(end + SEPARATOR.length) } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Another program wrote it. The store logs that.
    return undefined;
  }
}

function areFields(fields: unknown): fields is Omit<Entry, 'data'> {
  if (typeof fields !== 'object' || fields === null) {
    return false;
  }
  const { version, createdAt, expiresAt, endReason }: Partial<Entry> = fields;
  return (
    typeof version === 'string' &&
    typeof createdAt === 'number' &&
    typeof expiresAt === 'number' &&
    END_REASONS.includes(endReason)
  );
}
