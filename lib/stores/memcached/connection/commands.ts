import { storeFailure, writeFailure } from '../../shared/store-failure.js';
import type { MemcachedValue } from './client.js';
import type { Command, MemcachedConnection } from './connection.js';

/** A value as the server holds it. */
interface StoredValue {
  /** A string, unless another program wrote it. */
  readonly value: unknown;
  /** Changes with every write of the key. */
  readonly cas: string;
}

/** The commands as promises, one round trip each. */
export class MemcachedCommands {
  readonly #connection: MemcachedConnection;

  constructor(connection: MemcachedConnection) {
    this.#connection = connection;
  }

  async read(key: string): Promise<StoredValue | undefined> {
    const answer = await this.#connection.read<MemcachedValue>(key, (client, callback) => client.gets(key, callback));
    if (answer === undefined) {
      return undefined;
    }
    // A client that mixes up its answers would give one visitor the session of another. With a namespace, keys have a prefix.
    const name = Object.keys(answer).find((name) => name.endsWith(key));
    const { cas } = answer;
    if (name === undefined || typeof cas !== 'string') {
      this.#connection.reset(key);
      throw storeFailure('memcached answered for another key than it was asked for');
    }
    return { value: answer[name], cas };
  }

  add(key: string, value: string, lifetime: number): Promise<boolean> {
    return this.#write(key, value, (client, callback) => {
      client.add(key, value, lifetime, (error, isStored) => {
        if (isNotStored(error)) {
          callback(undefined, false);
        }
        // The package reports "out of memory" in no other way, unless the store has patched it.
        else if (!error && !isStored) {
          callback(new Error('the server refused to store a value'), false);
        } else {
          callback(error, isStored);
        }
      });
    });
  }

  /** `false` when the value has changed, is gone, or was refused by the server: only a read tells which. */
  replace(key: string, value: string, cas: string, lifetime: number): Promise<boolean> {
    return this.#write(key, value, (client, callback) => client.cas(key, value, cas, lifetime, callback));
  }

  answerWithin(timeout: number, onDead: () => void): void {
    this.#connection.answerWithin(timeout, onDead);
  }

  get servers(): readonly string[] {
    return this.#connection.servers;
  }

  serverOf(key: string): string {
    return this.#connection.serverOf(key);
  }

  close(): void {
    this.#connection.close();
  }

  /** @throws SessionTooLargeError when the server, or the client, finds the value too large. */
  async #write(key: string, value: string, command: Command<boolean>): Promise<boolean> {
    try {
      return await this.#connection.send(key, command);
    } catch (error) {
      throw writeFailure(value, error);
    }
  }
}

function isNotStored(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'notStored') === true;
}
