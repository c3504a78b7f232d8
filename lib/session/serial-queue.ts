import type { InFlight } from './in-flight.js';

/** Runs the steps of one request one after the other, in the order in which they were asked for. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    private readonly running: InFlight,
    /** Told of every step that fails; so is who asked for it. */
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** A step is under way, or waits for its turn. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  run<R>(step: () => Promise<R>): Promise<R> {
    const isFirst = !this.isBusy;
    const begin = (): Promise<R> => this.#run(step);
    this.#waiting += 1;
    // A step that failed has told who asked for it, and keeps none of the others from running.
    const result = isFirst ? begin() : this.#last.then(begin, begin);
    this.#last = result;
    return result;
  }

  async #run<R>(step: () => Promise<R>): Promise<R> {
    this.running.begin();
    try {
      return await step();
    } catch (error) {
      this.onFailure(error);
      throw error;
    } finally {
      this.running.end();
      this.#waiting -= 1;
    }
  }
}
