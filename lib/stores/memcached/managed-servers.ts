import { createHash } from 'node:crypto';
import { answerOf, type Command, type MemcachedConnection } from './connection.js';
import { PatchedMemcached } from './patched-memcached.js';

const CLIENT_OPTIONS = {
  /** Milliseconds for a connection to be made. */
  timeout: 500,
  /** A connection for each of the commands that come at once while none is open; afterwards one carries them all. */
  poolSize: 50,
  /** Of the package's own: `PatchedMemcached` asks again where that makes sense. */
  retries: 0,
  /** Milliseconds until a connection that nobody uses is closed. */
  idle: 30_000,
};

/**
 * The servers of the options. A session stays on its server: while that is down its sessions cannot be read, and none comes
 * back outdated when another server has stood in for it.
 */
export class ManagedServers implements MemcachedConnection {
  readonly #servers: readonly ManagedServer[];

  constructor(addresses: readonly string[], timeout: number) {
    this.#servers = addresses.map((address) => new ManagedServer(address, timeout));
  }

  send<T>(key: string, command: Command<T>): Promise<T> {
    return this.#serverOf(key).send(command);
  }

  reset(key: string): void {
    this.#serverOf(key).reset();
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
    }
  }

  /** Rendezvous hashing: with a server more or less, only the sessions that it takes over, or had, are lost. */
  #serverOf(key: string): ManagedServer {
    return this.#servers.reduce((best, server) => (server.weightOf(key) > best.weightOf(key) ? server : best));
  }
}

class ManagedServer {
  readonly #address: string;
  readonly #timeout: number;
  #client: PatchedMemcached;

  constructor(address: string, timeout: number) {
    this.#address = address;
    this.#timeout = timeout;
    this.#client = new PatchedMemcached(address, CLIENT_OPTIONS);
  }

  weightOf(key: string): string {
    return createHash('sha256').update(this.#address).update(key).digest('hex');
  }

  send<T>(command: Command<T>): Promise<T> {
    const client = this.#client;
    return answerOf(client, command, this.#timeout, () => {
      // Commands that were sent later may have a new connection already.
      if (client === this.#client) {
        this.#giveUp();
      }
    });
  }

  reset(): void {
    this.close();
    this.#client = new PatchedMemcached(this.#address, CLIENT_OPTIONS);
  }

  close(): void {
    this.#client.end();
  }

  /**
   * A connection that hangs looks healthy for a quarter of an hour. What else waits on it must not fail at once: that would pass
   * for a sign of life, and a server that hangs would never be left alone.
   */
  #giveUp(): void {
    this.#client.isHung = true;
    this.reset();
  }
}
