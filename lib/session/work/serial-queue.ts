import type { InFlight } from './in-flight.js';

/** Runs the steps of one request one after the other, in the order in which they were asked for. */
export class SerialQueue {
  #last: Promise<unknown> | undefined;
  #waiting = 0;

  /** `before`: what is under way already, and comes first. */
  constructor(
    private readonly inFlight: InFlight,
    before: Promise<unknown> | undefined,
  ) {
    this.#last = before;
  }

  /** A step runs, or waits until it may. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** What is asked for from now on comes after `before`. */
  follow(before: Promise<unknown>): void {
    this.#last = before;
  }

  run<R>(step: () => Promise<R>): Promise<R> {
    const begin = (): Promise<R> => this.#run(step);
    this.#waiting += 1;
    // A step that failed has told who asked for it, and does not keep the others from running.
    const result = this.#last === undefined ? begin() : this.#last.then(begin, begin);
    this.#last = result;
    return result;
  }

  async #run<R>(step: () => Promise<R>): Promise<R> {
    this.inFlight.begin();
    try {
      return await step();
    } finally {
      this.inFlight.end();
      this.#waiting -= 1;
      if (this.#waiting === 0) {
        this.#last = undefined;
      }
    }
  }
}
