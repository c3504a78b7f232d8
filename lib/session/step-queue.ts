import type { RunningWork } from './running-work.js';

/** Runs the steps of one request one after the other, in the order in which they were asked for. */
export class StepQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(private readonly running: RunningWork) {}

  /** A step is under way, or waits for its turn. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  async run<R>(step: () => Promise<R>): Promise<R> {
    const result = this.isBusy ? this.#last.then(() => this.running.run(step)) : this.running.run(step);
    this.#last = result.catch(() => undefined);
    this.#waiting += 1;
    try {
      return await result;
    } finally {
      this.#waiting -= 1;
    }
  }
}
