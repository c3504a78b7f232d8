import { SessionStoreError } from '../../../errors/index.js';
import { RETRY_AFTER } from '../../../errors/session-store.error.js';
import { messageOf, storeFailure } from '../../shared/store-failure.js';
import type { MemcachedClient } from './client.js';

export type Callback<T> = (error: unknown, answer: T) => void;

/** Sends one command through the client that it is given. */
export type Command<T> = (client: MemcachedClient, callback: Callback<T>) => void;

/** Carries commands to the server that has the key. */
export interface MemcachedConnection {
  /**
   * @throws SessionStoreError when the command fails, or is not answered in time. What it did on the server is unknown
   *   then, and it is not sent again: a write that is repeated could undo what came after it.
   */
  send<T>(key: string, command: Command<T>): Promise<T>;

  /** As `send`, for a command that changes nothing: it may be sent again when its connection is silent. */
  read<T>(key: string, command: Command<T>): Promise<T>;

  /** Requests have no more than so many milliseconds. `onDead` is told of connections that were silent where a new one is not. */
  answerWithin(timeout: number, onDead: () => void): void;

  /** The addresses of all servers. */
  readonly servers: readonly string[];

  /** The address of the server that has the key; all the same where that is not known. */
  serverOf(key: string): string;

  /** The answers no longer match the commands: the next command of this key uses a new connection. */
  reset(key: string): void;

  /** Closes the connections that it has opened itself. */
  close(): void;
}

/** The client decides which server has a key. */
const UNKNOWN = '';

/** A client that the application made, and closes. */
export class ExternalClient implements MemcachedConnection {
  readonly servers = [UNKNOWN];
  readonly #client: MemcachedClient;
  readonly #timeout: number;

  constructor(client: MemcachedClient, timeout: number) {
    this.#client = client;
    this.#timeout = timeout;
  }

  send<T>(_key: string, command: Command<T>): Promise<T> {
    return answerOf(this.#client, command, this.#timeout);
  }

  read<T>(key: string, command: Command<T>): Promise<T> {
    return this.send(key, command);
  }

  answerWithin(): void {
    // The application owns its connections.
  }

  serverOf(): string {
    return UNKNOWN;
  }

  reset(): void {
    // The application owns its connections.
  }

  close(): void {
    // The application closes it.
  }
}

/** No answer came in time. */
export class NoAnswer extends SessionStoreError {
  constructor(milliseconds: number) {
    super(`memcached did not answer within ${milliseconds} ms (commandTimeout)`, RETRY_AFTER);
  }
}

/**
 * Sends a command. When the server hangs or the connection is gone, a client may never call back: then `onTimeout` is called,
 * and the command fails.
 */
export function answerOf<T>(
  client: MemcachedClient,
  command: Command<T>,
  timeout: number,
  onTimeout?: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const giveUp = (): void => {
      if (!isOver) {
        onTimeout?.();
        reject(new NoAnswer(timeout));
      }
    };
    // While the event loop was blocked an answer may have come, which is read before this goes on.
    const timer = setTimeout(() => setImmediate(giveUp), timeout).unref();
    const fail = (error: unknown): void => {
      isOver = true;
      clearTimeout(timer);
      reject(failureOf(error));
    };
    try {
      command(client, (error, value) => {
        if (error) {
          fail(error);
          return;
        }
        isOver = true;
        clearTimeout(timer);
        resolve(value);
      });
    } catch (error) {
      fail(error);
    }
  });
}

/** What the package makes of `ERROR`. It leaves out what follows: "Too many open connections" is all that it can be here. */
const ERROR_ALONE = 'Received an ERROR response';

/** The package calls back with an error, a list of errors, or a string. */
function failureOf(error: unknown): SessionStoreError {
  const cause: unknown = Array.isArray(error) ? error[0] : error;
  const message = messageOf(cause);
  const words = message === ERROR_ALONE ? 'it has no connection to spare (-c)' : message;
  return storeFailure(`memcached failed: ${words}`, cause);
}
