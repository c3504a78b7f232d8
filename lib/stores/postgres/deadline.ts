import { OperationTimeout } from './failures.js';

/** The time that one operation has for everything that it waits for. */
export class Deadline {
  readonly #endsAt: number;

  constructor(private readonly milliseconds: number) {
    this.#endsAt = performance.now() + milliseconds;
  }

  /** Milliseconds. */
  get left(): number {
    return this.#endsAt - performance.now();
  }

  /** The error of an operation that was given up. */
  error(): OperationTimeout {
    return new OperationTimeout(this.milliseconds);
  }
}
