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
      const timer = setTimeout(() => {
        // A late error is nobody's any more: the operation has failed already.
        work.then(late, () => undefined);
        reject(new OperationTimeout(this.milliseconds));
      }, this.#endsAt - performance.now());
      const stop = (): void => clearTimeout(timer);
      work.then(stop, stop);
      work.then(resolve, reject);
    });
  }
}
