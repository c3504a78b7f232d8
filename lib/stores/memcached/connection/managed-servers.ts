import type { Command, MemcachedConnection } from './connection.js';
import { ManagedServer } from './managed-server.js';

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

  read<T>(key: string, command: Command<T>): Promise<T> {
    return this.#serverWith(key).read(command);
  }

  answerWithin(timeout: number, onDead: () => void): void {
    for (const server of this.#servers) {
      server.answerWithin(timeout, onDead);
    }
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
