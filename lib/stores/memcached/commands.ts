import { SessionStoreError } from '../../errors/index.js';
import type { MemcachedValue } from './client.js';
import { type MemcachedConnection, RETRY_AFTER } from './connection.js';

/** A value as the server holds it. */
export interface StoredValue {
  /** A string, unless somebody else wrote it. */
  readonly value: unknown;
  /** Changes with every write of the key. */
  readonly cas: string;
}

/** The commands as promises, one trip each. */
export class MemcachedCommands {
  readonly #connection: MemcachedConnection;

  constructor(connection: MemcachedConnection) {
    this.#connection = connection;
  }

  async read(key: string): Promise<StoredValue | undefined> {
    const answer = await this.#connection.send<MemcachedValue>(key, (client, callback) => client.gets(key, callback));
    if (answer === undefined) {
      return undefined;
    }
    // A client that has lost count gives one visitor the answer for another. A client with a namespace puts it before the key.
    const name = Object.keys(answer).find((name) => name.endsWith(key));
    const { cas } = answer;
    if (name === undefined || typeof cas !== 'string') {
      this.#connection.reset(key);
      throw new SessionStoreError('memcached answered for another key than it was asked for', RETRY_AFTER);
    }
    return { value: answer[name], cas };
  }

  add(key: string, value: string, lifetime: number): Promise<boolean> {
    return this.#connection.send<boolean>(key, (client, callback) => {
      client.add(key, value, lifetime, (error, isStored) => {
        if (isNotStored(error)) {
          callback(undefined, false);
        }
        // The package tells of "out of memory" in no other way.
        else if (!error && !isStored) {
          callback(new Error('the server refused to store a value'), false);
        } else {
          callback(error, isStored);
        }
      });
    });
  }

  /** `false` when the value is another by now, is gone, or was refused by the server: only reading tells which. */
  replace(key: string, value: string, cas: string, lifetime: number): Promise<boolean> {
    return this.#connection.send<boolean>(key, (client, callback) => client.cas(key, value, cas, lifetime, callback));
  }

  close(): void {
    this.#connection.close();
  }
}

function isNotStored(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'notStored' in error && error.notStored === true;
}
