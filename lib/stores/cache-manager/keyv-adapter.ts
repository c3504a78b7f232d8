import type { SessionStoreError } from '../../errors/index.js';
import { messageOf, storeFailure } from '../shared/store-failure.js';
import type { SessionKeyv } from './session-cache.js';

/** Milliseconds after which an operation is given up: others wait for the same mutex, and must not wait for ever. */
const LIMIT = 5_000;

/**
 * The values of a Keyv. An outage rejects, however the backend shows it: some throw, some answer `false`, some emit an error and
 * answer as if nothing were there, and some never answer.
 */
export class KeyvAdapter {
  readonly #keyv: SessionKeyv;
  #errors = 0;
  #lastError: unknown;

  constructor(keyv: SessionKeyv) {
    this.#keyv = keyv;
    keyv.on('error', (error) => {
      this.#errors += 1;
      this.#lastError = error;
    });
  }

  async get(key: string): Promise<unknown> {
    const raw = await this.#watch(() => this.#keyv.getRaw(key));
    return raw?.value;
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    const isStored = await this.#watch(() => this.#keyv.set(key, value, ttl));
    if (!isStored) {
      throw failure(new Error('it refused to store a value'));
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
