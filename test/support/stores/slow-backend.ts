import { setImmediate as nextTurn } from 'node:timers/promises';

/** A backend of a Keyv that takes its time before it does something, and again before it says so. */
export class SlowBackend {
  readonly #values = new Map<string, string>();

  constructor(private readonly random: () => number) {}

  get(key: string): Promise<string | undefined> {
    return this.#slowly(() => this.#values.get(key));
  }

  set(key: string, value: string): Promise<boolean> {
    return this.#slowly(() => this.#values.set(key, value).has(key));
  }

  delete(key: string): Promise<boolean> {
    return this.#slowly(() => this.#values.delete(key));
  }

  clear(): Promise<void> {
    return this.#slowly(() => this.#values.clear());
  }

  async #slowly<T>(work: () => T): Promise<T> {
    await this.#pause();
    const answer = work();
    await this.#pause();
    return answer;
  }

  async #pause(): Promise<void> {
    for (let turns = Math.floor(this.random() * 4); turns > 0; turns -= 1) await nextTurn();
  }
}
