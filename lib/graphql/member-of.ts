import { isObject } from '../options/validate.js';

/** A member of what an application has put into the context of an operation, whatever that is. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? (Reflect.get(value, name) as unknown) : undefined;
}
