import type { RunningWork } from './running-work.js';

/** Runs the steps of one request one after the other, in the order in which they were asked for. */
export class StepQueue {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly running: RunningWork) {}

  run<R>(step: () => Promise<R>): Promise<R> {
    const result = this.#last.then(() => this.running.run(step));
    this.#last = result.catch(() => undefined);
    return result;
  }
}
