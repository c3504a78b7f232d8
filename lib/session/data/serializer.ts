import { SessionNotSerializableError, SessionTooLargeError } from '../../errors/index.js';

const MAX_DEPTH = 200;

/** The data of a session as an object without a prototype: no key, `__proto__` included, means anything but itself. */
export type SessionBag = Record<string, unknown>;

export function emptyBag(): SessionBag {
  return Object.create(null) as SessionBag;
}

/** `undefined` when the text is not an object in JSON: the record is corrupt. */
export function deserialize(text: string): SessionBag | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return undefined;
  }
  return Object.setPrototypeOf(parsed, null) as SessionBag;
}

/** Of text that this library has made. */
export function bagOf(text: string): SessionBag {
  return deserialize(text) ?? emptyBag();
}

/** Refuses what a session does not take. @throws SessionNotSerializableError */
export type ValueCheck = (key: string, value: unknown) => void;

/** JSON, or an error that names the key. One pass of native code; only what it cannot take is looked at more closely. */
export function serialize(bag: SessionBag, check: ValueCheck = assertSerializable): string {
  try {
    return JSON.stringify(bag);
  } catch (error) {
    for (const key of Object.keys(bag)) {
      check(key, bag[key]);
    }
    throw error;
  }
}

/**
 * Refuses what would not come back as it went in: JSON turns dates into strings, NaN into null and maps into `{}` without a
 * word. A property that is `undefined` counts as absent.
 */
export function assertSerializable(key: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    assertObject(key, value, []);
  } else {
    assertPrimitive(key, value);
  }
}

/** Checks the size only where the characters alone cannot rule it out: most sessions are far below the limit. */
export function assertSize(text: string, maxBytes: number): void {
  const MAX_BYTES_PER_CHARACTER = 3;
  if (text.length * MAX_BYTES_PER_CHARACTER <= maxBytes) {
    return;
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw new SessionTooLargeError(bytes, maxBytes);
  }
}

export function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}

/**
 * `path` has the objects around the value, and is the same afterwards. Strings and numbers are most of what sessions hold: a
 * call for each would be most of the walk, and so would several for each object.
 */
function assertObject(key: string, value: object, path: object[]): void {
  const isArray = Array.isArray(value);
  if (path.includes(value)) {
    throw new SessionNotSerializableError(key, 'it refers to itself');
  }
  if (path.length >= MAX_DEPTH) {
    throw new SessionNotSerializableError(key, `it is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (!isArray && Object.getPrototypeOf(value) !== Object.prototype && !isPlain(value)) {
    throw new SessionNotSerializableError(key, `it has a ${className(value)}`);
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    throw new SessionNotSerializableError(key, 'it has a toJSON() of its own');
  }
  // The holes of a sparse array count, as for JSON.
  if (isArray && value.includes(undefined)) {
    throw new SessionNotSerializableError(key, 'it has undefined in an array');
  }
  path.push(value);
  if (isArray) {
    for (const item of value as readonly unknown[]) {
      if (typeof item === 'object' && item !== null) {
        assertObject(key, item, path);
      } else if (typeof item !== 'string' && !Number.isFinite(item)) {
        assertPrimitive(key, item);
      }
    }
  } else {
    // Half the time of Object.values(), which makes an array.
    for (const name in value) {
      const item = (value as SessionBag)[name];
      if (typeof item === 'string' || Number.isFinite(item) || !Object.hasOwn(value, name)) {
        continue;
      }
      if (typeof item === 'object' && item !== null) {
        assertObject(key, item, path);
      } else {
        assertPrimitive(key, item);
      }
    }
  }
  path.pop();
}

function assertPrimitive(key: string, value: unknown): void {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) {
        throw new SessionNotSerializableError(key, `it has the number ${String(value)}`);
      }
      break;
    case 'bigint':
    case 'symbol':
    case 'function':
      throw new SessionNotSerializableError(key, `it has a ${typeof value}`);
    default:
  }
}

/** Not compared with our own Object.prototype: a plain object of another realm (structuredClone under jest, vm) has its own. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Objects may have any `constructor`, or none. */
function className(value: object): string {
  const { constructor }: { constructor?: unknown } = value;
  return typeof constructor === 'function' ? constructor.name : 'class instance';
}
