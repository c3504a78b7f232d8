import { createHash } from 'node:crypto';
import { answerOf, type Command, type MemcachedConnection } from './connection.js';
import { PatchedMemcached } from './patched-memcached.js';

const CLIENT_OPTIONS = {
  /** Milliseconds for a connection to be made. */
  timeout: 500,
  /** A connection for each of the commands that come at once while none is open; afterwards one carries them all. */
  poolSize: 50,
  /** Retries of the package itself. `PatchedMemcached` retries where that makes sense. */
  retries: 0,
  /** Milliseconds until a connection that nobody uses is closed. */
  idle: 30_000,
};

/** Keys whose server is remembered. */
const MAX_REMEMBERED = 1_000;

/**
 * The servers of the options, with clients that the store opens and closes. A session stays on its server: while that server is
 * down its sessions cannot be read. If another server took its place meanwhile, old sessions would come back afterwards.
 */
export class ManagedServers implements MemcachedConnection {
  readonly #servers: readonly ManagedServer[];
  /** A request asks several times for one key. */
  readonly #byKey = new Map<string, ManagedServer>();

  constructor(addresses: readonly string[], timeout: number) {
    this.#servers = addresses.map((address) => new ManagedServer(address, timeout));
  }

  get servers(): readonly string[] {
    return [...new Set(this.#servers.map(({ address }) => address))];
  }

  send<T>(key: string, command: Command<T>): Promise<T> {
    return this.#serverWith(key).send(command);
  }

  serverOf(key: string): string {
    return this.#serverWith(key).address;
  }

  reset(key: string): void {
    this.#serverWith(key).reset();
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
    }
  }

  #serverWith(key: string): ManagedServer {
    let server = this.#byKey.get(key);
    if (server === undefined) {
      server = this.#choose(key);
      if (this.#byKey.size >= MAX_REMEMBERED) {
        this.#byKey.clear();
      }
      this.#byKey.set(key, server);
    }
    return server;
  }

  /** Rendezvous hashing: when a server is added or removed, only the sessions that move to it, or were on it, are lost. */
  #choose(key: string): ManagedServer {
    const weighed = this.#servers.map((server) => ({ server, weight: server.weightOf(key) }));
    return weighed.reduce((best, one) => (one.weight > best.weight ? one : best)).server;
  }
}

class ManagedServer {
  readonly address: string;
  readonly #timeout: number;
  #client: PatchedMemcached;

  constructor(address: string, timeout: number) {
    this.address = address;
    this.#timeout = timeout;
    this.#client = new PatchedMemcached(address, CLIENT_OPTIONS);
  }

  weightOf(key: string): string {
    return createHash('sha256').update(this.address).update(key).digest('hex');
  }

  send<T>(command: Command<T>): Promise<T> {
    const client = this.#client;
    return answerOf(client, command, this.#timeout, () => {
      // An earlier command that timed out may have replaced the client already.
      if (client === this.#client) {
        this.#giveUp();
      }
    });
  }

  reset(): void {
    this.close();
    this.#client = new PatchedMemcached(this.address, CLIENT_OPTIONS);
  }

  close(): void {
    this.#client.end();
  }

  /**
   * The system takes a connection that hangs for healthy for a quarter of an hour, so the client is replaced. The other commands
   * that wait on it keep their own deadlines: if they failed at once, the server would seem to answer, and the circuit breaker
   * would never open.
   */
  #giveUp(): void {
    this.#client.isHung = true;
    this.reset();
  }
}
