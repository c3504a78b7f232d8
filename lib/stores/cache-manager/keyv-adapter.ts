import { SessionStoreError } from '../../errors/index.js';
import type { SessionKeyv } from './session-cache.js';

const RETRY_AFTER = 1_000;

/** Milliseconds after which an operation is given up: those that wait for their turn behind it must go on some time. */
const LIMIT = 5_000;

/**
 * The values of a Keyv, with an outage as a rejection. Backends throw, or answer "no", or emit an error and answer as if all
 * were well, or never answer.
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

  /** An error that comes meanwhile may be another operation's: it says the same of the backend. */
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
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SessionStoreError(`The cache failed: ${reason}`, RETRY_AFTER, { cause });
}
