import { isPlain } from '../data/serializer.js';

/**
 * Promises only: a callback that nobody calls would leave a request without an answer.
 *
 * @throws TypeError that says what to write.
 */
export function assertNoCallback(method: string, args: readonly unknown[]): void {
  if (args.some((arg) => typeof arg === 'function')) {
    throw new TypeError(
      `session.${method}() takes no callback, and returns a promise: await session.${method}(); a callback would never be called`,
    );
  }
}

/** @throws TypeError that says what to write. */
export function assertFunction(method: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new TypeError(`session.${method}() takes a function: session.${method}((...) => { ... })`);
  }
}

/** @throws TypeError that says what to write. */
export function assertKey(method: string, key: unknown): void {
  if (typeof key !== 'string') {
    throw new TypeError(`session.${method}() takes a string as key, and a value: session.${method}('visits', 1)`);
  }
}

/** @throws TypeError that says what to write. */
export function assertValues(values: unknown): void {
  if (typeof values !== 'object' || values === null || !isPlain(values)) {
    throw new TypeError('session.update() takes a plain object: session.update({ visits: 1 })');
  }
}

/** The option `keepData` of `regenerate()`. @throws TypeError that says what to write. */
export function keepsData(options: unknown): boolean {
  if (options === undefined) {
    return true;
  }
  const isObject = typeof options === 'object' && options !== null;
  const keepData: unknown = isObject ? Reflect.get(options, 'keepData') : null;
  const isKnown = isObject && Object.keys(options).every((name) => name === 'keepData');
  if (!isKnown || (keepData !== undefined && typeof keepData !== 'boolean')) {
    throw new TypeError('session.regenerate() takes { keepData: true } or { keepData: false }, or nothing');
  }
  return keepData ?? true;
}
