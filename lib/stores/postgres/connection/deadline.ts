import { OperationTimeout } from './failures.js';

/** The time that one operation has for everything that it waits for. */
export class Deadline {
  readonly #milliseconds: number;
  readonly #endsAt: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.#endsAt = performance.now() + milliseconds;
  }

  /** The milliseconds that are left. */
  get left(): number {
    return this.#endsAt - performance.now();
  }

  /** The error of an operation that was given up. */
  error(): OperationTimeout {
    return new OperationTimeout(this.#milliseconds);
  }
}
