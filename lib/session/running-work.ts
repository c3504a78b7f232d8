/** Counts what is under way, so that a shutdown can wait for it. */
export class RunningWork {
  #count = 0;
  #whenIdle: (() => void) | undefined;

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#count += 1;
    try {
      return await work();
    } finally {
      this.#count -= 1;
      if (this.#count === 0) {
        this.#whenIdle?.();
      }
    }
  }

  idle(): Promise<void> {
    return this.#count === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#whenIdle = resolve;
        });
  }
}
