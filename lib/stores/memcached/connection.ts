import { SessionStoreError } from '../../errors/index.js';
import type { MemcachedClient } from './client.js';

/** After so many milliseconds another attempt may succeed. */
export const RETRY_AFTER = 1_000;

export type Callback<T> = (error: unknown, answer: T) => void;

/** One command, once it is known which client has to send it. */
export type Command<T> = (client: MemcachedClient, callback: Callback<T>) => void;

/** Carries commands to the server that has the key. */
export interface MemcachedConnection {
  /**
   * @throws SessionStoreError when the command fails, or is not answered in time. What it did on the server is unknown
   *   then, and it is not sent again: a write that is repeated could undo what came after it.
   */
  send<T>(key: string, command: Command<T>): Promise<T>;

  /** The answers no longer fit the questions: the next command of this key goes another way. */
  reset(key: string): void;

  /** Closes what was opened here. */
  close(): void;
}

/** A client that the application made, and closes. */
export class ExternalClient implements MemcachedConnection {
  readonly #client: MemcachedClient;
  readonly #timeout: number;

  constructor(client: MemcachedClient, timeout: number) {
    this.#client = client;
    this.#timeout = timeout;
  }

  send<T>(_key: string, command: Command<T>): Promise<T> {
    return answerOf(this.#client, command, this.#timeout);
  }

  reset(): void {
    // Its connections are its owner's.
  }

  close(): void {
    // Its connections are its owner's.
  }
}

/**
 * Sends a command. Clients may never call back, when the server hangs or the connection is gone: `onTimeout` is told of that
 * before the caller is.
 */
export function answerOf<T>(
  client: MemcachedClient,
  command: Command<T>,
  timeout: number,
  onTimeout?: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      onTimeout?.();
      reject(new SessionStoreError(`memcached did not answer within ${timeout} ms (commandTimeout)`, RETRY_AFTER));
    };
    const timer = setTimeout(giveUp, timeout).unref();
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      reject(failed(asError(error)));
    };
    try {
      command(client, (error, value) => {
        if (error) {
          fail(error);
          return;
        }
        clearTimeout(timer);
        resolve(value);
      });
    } catch (error) {
      fail(error);
    }
  });
}

function failed(cause: Error): SessionStoreError {
  return new SessionStoreError(`memcached failed: ${cause.message}`, RETRY_AFTER, { cause });
}

/** The package gives errors, lists of errors, and strings. */
function asError(error: unknown): Error {
  const first: unknown = Array.isArray(error) ? error[0] : error;
  return first instanceof Error ? first : new Error(String(first));
}
