import type { MemcachedClient, MemcachedValue } from 'nestjs-sessions/memcached';
import type { Lane } from '../stores/stepped-disk.js';

/** What memcached does with the commands of `MemcachedClient`, in memory: for tests that lay commands in every order. */
export class MemcachedModel implements MemcachedClient {
  readonly #items = new Map<string, { readonly value: string; readonly cas: string }>();
  #lastCas = 0;

  get values(): string[] {
    return Array.from(this.#items.values(), ({ value }) => value);
  }

  gets(key: string, callback: (error: unknown, answer: MemcachedValue) => void): void {
    const item = this.#items.get(key);
    callback(undefined, item && { [key]: item.value, cas: item.cas });
  }

  add(key: string, value: string, lifetime: number, callback: (error: unknown, isStored: boolean) => void): void {
    if (this.#items.has(key)) {
      callback(Object.assign(new Error('Item is not stored'), { notStored: true }), false);
      return;
    }
    this.#store(key, value, lifetime);
    callback(undefined, true);
  }

  cas(
    key: string,
    value: string,
    cas: string,
    lifetime: number,
    callback: (error: unknown, isStored: boolean) => void,
  ): void {
    const isStored = this.#items.get(key)?.cas === cas;
    if (isStored) this.#store(key, value, lifetime);
    callback(undefined, isStored);
  }

  #store(key: string, value: string, lifetime: number): void {
    this.#lastCas += 1;
    if (lifetime < 0) this.#items.delete(key);
    else this.#items.set(key, { value, cas: String(this.#lastCas) });
  }
}

/** A process's way to the model, on which it stops before each command until its lane goes on. */
export class SteppedClient implements MemcachedClient {
  lane: Lane | undefined;

  constructor(private readonly model: MemcachedModel) {}

  gets(...args: Parameters<MemcachedClient['gets']>): void {
    this.#lane().stop('gets', () => this.model.gets(...args));
  }

  add(...args: Parameters<MemcachedClient['add']>): void {
    this.#lane().stop('add', () => this.model.add(...args));
  }

  cas(...args: Parameters<MemcachedClient['cas']>): void {
    this.#lane().stop('cas', () => this.model.cas(...args));
  }

  #lane(): Lane {
    if (this.lane === undefined) throw new Error('The client is in no lane');
    return this.lane;
  }
}
