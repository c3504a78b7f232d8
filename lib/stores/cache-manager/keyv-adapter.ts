import type { SessionStoreError } from '../../errors/index.js';
import { messageOf, storeFailure, writeFailure } from '../shared/store-failure.js';
import { LongLifetimes } from './long-lifetimes.js';
import type { SessionKeyv } from './session-cache.js';

/** Milliseconds after which an operation is given up: others wait for the same mutex, and must not wait for ever. */
const LIMIT = 5_000;

/** In place of a value that the cache's serialiser or compression cannot read: another one has written it. */
const UNREADABLE = Symbol('unreadable');

/**
 * The values of a Keyv. An outage rejects, however the backend shows it: some throw, some answer `false`, some emit an error and
 * answer as if nothing were there, and some never answer.
 */
export class KeyvAdapter {
  readonly #keyv: SessionKeyv;
  readonly #lifetimes = new LongLifetimes();
  #errors = 0;
  #lastError: unknown;

  constructor(keyv: SessionKeyv) {
    this.#keyv = keyv;
    keyv.on('error', (error) => {
      this.#errors += 1;
      this.#lastError = error;
    });
  }

  /** The value; `undefined` when nothing is there, or `UNREADABLE`. */
  async get(key: string): Promise<unknown> {
    const decoding = { hasFailed: false };
    // Both the backend and the decoding of its answer may reject, and `getRaw()` does not say which of them did.
    const reader = Object.create(this.#keyv) as SessionKeyv;
    reader.deserializeData = async (data) => {
      try {
        return await this.#keyv.deserializeData(data);
      } catch {
        // It was written with another serialiser, or without this compression. The store tells the operator.
        decoding.hasFailed = true;
        return undefined;
      }
    };
    const raw = await this.#watch(() => reader.getRaw(key));
    return decoding.hasFailed ? UNREADABLE : raw?.value;
  }

  /** @throws SessionTooLargeError when the backend finds the value too large. */
  async set(key: string, value: string, lifetime: number): Promise<void> {
    await this.#write(key, value, this.#lifetimes.of(lifetime));
    if (!this.#lifetimes.isUntried(lifetime)) {
      return;
    }
    if ((await this.get(key)) === undefined) {
      this.#lifetimes.areDates = true;
      await this.#write(key, value, this.#lifetimes.of(lifetime));
    }
    this.#lifetimes.areTried = true;
  }

  async #write(key: string, value: string, ttl: number): Promise<void> {
    try {
      if (!(await this.#watch(() => this.#keyv.set(key, value, ttl)))) {
        throw failure(new Error('it refused to store a value'));
      }
    } catch (error) {
      throw writeFailure(value, error);
    }
  }

  /** An error that is emitted meanwhile may belong to another operation: it says the same of the backend. */
  async #watch<T>(operation: () => Promise<T>): Promise<T> {
    const errors = this.#errors;
    let answer: T;
    try {
      answer = await withLimit(operation());
    } catch (error) {
      throw failure(error);
    }
    if (this.#errors > errors) {
      throw failure(this.#lastError);
    }
    return answer;
  }
}

async function withLimit<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer within ${LIMIT} ms`)), LIMIT).unref();
  });
  try {
    return await Promise.race([answer, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

function failure(cause: unknown): SessionStoreError {
  return storeFailure(`The cache failed: ${messageOf(cause)}`, cause);
}
