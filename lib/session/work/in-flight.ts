/** Counts what is under way, so that a shutdown can wait for it. */
export class InFlight {
  #count = 0;
  #whenIdle: (() => void) | undefined;

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count === 0) {
      this.#whenIdle?.();
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
