import { SessionNotSerializableError } from '../errors/index.js';

/**
 * Takes what JSON can be made of, as express-session does: with the next request a date is a string, and an entity of a user a
 * plain object. Code that was written for express-session knows that, and login by passport with the whole user relies on it.
 *
 * @throws SessionNotSerializableError when JSON cannot be made of the value, or has nothing for it.
 */
export function assertConvertible(key: string, value: unknown): void {
  if (typeof value === 'function' || typeof value === 'symbol') {
    throw new SessionNotSerializableError(key, `it has a ${typeof value}`);
  }
  try {
    JSON.stringify(value);
  } catch (error) {
    throw new SessionNotSerializableError(key, 'JSON cannot be made of it', { cause: error });
  }
}
