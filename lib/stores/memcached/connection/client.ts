/** What `gets` answers: the value under its key, and its cas id under `cas`; `undefined` when nothing is there. */
export type MemcachedValue = Readonly<Record<string, unknown>> | undefined;

/**
 * The three commands that `MemcachedStore` uses, as the package `memcached` has them. Each calls back once. The first argument
 * is an error when the server did not answer, or refused.
 *
 * `lifetime` is in seconds as memcached takes it: up to 30 days from now, an absolute Unix time above that, gone at once
 * below zero. Values are strings and must come back as they were.
 */
export interface MemcachedClient {
  /** The value and its cas id. */
  gets(key: string, callback: (error: unknown, answer: MemcachedValue) => void): void;

  /** Stores when nothing is there. Otherwise the error has `notStored: true`. */
  add(key: string, value: string, lifetime: number, callback: (error: unknown, isStored: boolean) => void): void;

  /** Stores when the cas id is still that of the stored value; answers `false` when it is not, or nothing is there. */
  cas(
    key: string,
    value: string,
    cas: string,
    lifetime: number,
    callback: (error: unknown, isStored: boolean) => void,
  ): void;
}
