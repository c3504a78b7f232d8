import { OperationTimeout } from './postgres-store.failures.js';

/** The time that one operation has, for all that it waits for. */
export class Deadline {
  readonly #endsAt: number;

  constructor(private readonly milliseconds: number) {
    this.#endsAt = performance.now() + milliseconds;
  }

  /** What `work` comes to after the deadline goes to `late`. @throws OperationTimeout when the time is up. */
  race<T>(work: Promise<T>, late?: (result: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      const timer = setTimeout(() => {
        isOver = true;
        reject(new OperationTimeout(this.milliseconds));
      }, this.#endsAt - performance.now());
      work.then(
        (result) => {
          clearTimeout(timer);
          if (isOver) late?.(result);
          else resolve(result);
        },
        (error: unknown) => {
          clearTimeout(timer);
          // Over already: then the operation has failed by its deadline, and this changes nothing.
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
  }
}
