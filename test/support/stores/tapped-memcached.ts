import Memcached from 'memcached';
import type { MemcachedClient } from 'nestjs-sessions/memcached';

type Command = 'gets' | 'add' | 'cas';

/** Sends a command now or later, or fails it unsent. */
type Step = (send: () => void, fail: (error: Error) => void) => void;

/**
 * The package's client on a real server, as an application may give one to `MemcachedStore`: counts the commands, and lets a
 * test hold one back, or lose it.
 */
export class TappedMemcached implements MemcachedClient {
  readonly counts: Record<Command, number> = { gets: 0, add: 0, cas: 0 };
  readonly #client: Memcached;
  readonly #steps = new Map<Command, Step>();

  constructor(address: string) {
    this.#client = new Memcached(address);
  }

  /** `step` has the next such command in hand. */
  once(command: Command, step: Step): void {
    this.#steps.set(command, step);
  }

  gets(...[key, callback]: Parameters<MemcachedClient['gets']>): void {
    this.#send(
      'gets',
      () => this.#client.gets(key, callback),
      (error) => callback(error, undefined),
    );
  }

  add(...[key, value, lifetime, callback]: Parameters<MemcachedClient['add']>): void {
    this.#send(
      'add',
      () => this.#client.add(key, value, lifetime, callback),
      (error) => callback(error, false),
    );
  }

  cas(...[key, value, cas, lifetime, callback]: Parameters<MemcachedClient['cas']>): void {
    this.#send(
      'cas',
      () => this.#client.cas(key, value, cas, lifetime, callback),
      (error) => callback(error, false),
    );
  }

  end(): void {
    this.#client.end();
  }

  #send(command: Command, send: () => void, fail: (error: Error) => void): void {
    this.counts[command] += 1;
    const step = this.#steps.get(command) ?? send;
    this.#steps.delete(command);
    step(send, fail);
  }
}
