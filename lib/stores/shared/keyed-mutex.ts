/** Runs the work on one key one after another, so that what was read is still true when it is written. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #onBoth = new Map<string, Promise<void>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const result = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, result);
    try {
      return await result;
    } finally {
      if (this.#last.get(key) === result) {
        this.#last.delete(key);
      }
    }
  }

  /** For work on two keys of which nobody may see one half. */
  async runOnBoth<T>(one: string, other: string, work: () => Promise<T>): Promise<T> {
    // Always in the same order: two calls with the same keys could otherwise wait for each other.
    const [first, second] = one < other ? [one, other] : [other, one];
    const result = this.run(first, () => this.run(second, work));
    const end = result.then(nothing, nothing);
    for (const key of [one, other]) {
      this.#onBoth.set(key, end);
    }
    try {
      return await result;
    } finally {
      for (const key of [one, other]) {
        if (this.#onBoth.get(key) === end) {
          this.#onBoth.delete(key);
        }
      }
    }
  }

  /** For readers, which do not wait for the mutex: resolves when no work on this key and another one is half done. */
  async untilWhole(key: string): Promise<void> {
    await this.#onBoth.get(key);
  }
}

function nothing(): void {
  // The caller of `runOnBoth` gets the error. A reader only waits for the end.
}
