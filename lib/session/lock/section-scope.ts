import { AsyncLocalStorage } from 'node:async_hooks';

const around = new AsyncLocalStorage<SectionScope>();
let running = 0;

/**
 * Sections that were begun within the same section, or within none. Side by side they take turns; one within another goes on at
 * once, since it would wait for itself.
 */
export class SectionScope {
  #last: Promise<unknown> = Promise.resolve();

  /** `owner`: whose sections these are. Those of another request do not count. */
  constructor(private readonly owner: object) {}

  /** Whether the code that asks runs within a section of this owner. */
  static isWithin(owner: object): boolean {
    return around.getStore()?.owner === owner;
  }

  run<R>(section: () => Promise<R>): Promise<R> {
    const scope = around.getStore();
    return (scope?.owner === this.owner ? scope : this).#runNext(section);
  }

  #runNext<R>(section: () => Promise<R>): Promise<R> {
    const result = this.#last.then(() => this.#enter(section));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #enter<R>(section: () => Promise<R>): Promise<R> {
    running += 1;
    try {
      return await around.run(new SectionScope(this.owner), section);
    } finally {
      running -= 1;
      if (running === 0) {
        // Who uses no sections must not pay for the context: on Node 20 it slows every promise of the process.
        around.disable();
      }
    }
  }
}
