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
export function assertSection(section: unknown): void {
  if (typeof section !== 'function') {
    throw new TypeError('session.withLock() takes a function: await session.withLock((session) => ...)');
  }
}

/** The option `keepData` of `regenerate()`. @throws TypeError that says what to write. */
export function keepsData(options: unknown): boolean {
  if (options === undefined) {
    return true;
  }
  const keepData: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'keepData') : null;
  if (keepData !== undefined && typeof keepData !== 'boolean') {
    throw new TypeError('session.regenerate() takes { keepData: true } or { keepData: false }, or nothing');
  }
  return keepData ?? true;
}
