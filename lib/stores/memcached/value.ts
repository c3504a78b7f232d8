import { SessionTooLargeError } from '../../errors/index.js';
import type { EndReason } from '../../interfaces/session-record.interface.js';
import type { Entry, Lock } from './entry.js';

/** The server's limit for an item is 1 MiB, with its key and the server's own notes. */
const MAX_BYTES = 1_048_576 - 1_024;

/** Never in JSON text, and no line break: the package puts a backslash before those, which other clients would see. */
const SEPARATOR = '\t';

/** @throws SessionTooLargeError before anything is sent: what was stored before stays. */
export function encode({ data, ...facts }: Entry): string {
  const value = `${JSON.stringify(facts)}${SEPARATOR}${data}`;
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_BYTES) {
    throw new SessionTooLargeError(bytes, MAX_BYTES);
  }
  return value;
}

/** `undefined` when `encode()` did not write it. */
export function decode(value: unknown): Entry | undefined {
  if (typeof value !== 'string') {
    return undefined;
  }
  const end = value.indexOf(SEPARATOR);
  const facts = parse(value.slice(0, Math.max(end, 0)));
  if (!isFacts(facts)) {
    return undefined;
  }
  return {
    endReason: undefined,
    lock: undefined,
    movesFrom: undefined,
    ...facts,
    data: value.slice(end + SEPARATOR.length),
  };
}

type Facts = Omit<Entry, 'data' | 'endReason' | 'lock' | 'movesFrom'> & {
  readonly endReason?: EndReason;
  readonly lock?: Lock;
  readonly movesFrom?: string;
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFacts(facts: unknown): facts is Facts {
  if (typeof facts !== 'object' || facts === null) {
    return false;
  }
  const { version, createdAt, expiresAt, endReason }: Partial<Facts> = facts;
  return (
    typeof version === 'string' &&
    typeof createdAt === 'number' &&
    typeof expiresAt === 'number' &&
    [undefined, 'destroyed', 'rotated'].includes(endReason)
  );
}
