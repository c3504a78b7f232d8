import { OperationTimeout } from './failures.js';

/** The time that one operation has, for all that it waits for. */
export class Deadline {
  readonly #endsAt: number;

  constructor(private readonly milliseconds: number) {
    this.#endsAt = performance.now() + milliseconds;
  }

  /** Milliseconds. */
  get left(): number {
    return this.#endsAt - performance.now();
  }

  /** For whoever had to give up. */
  error(): OperationTimeout {
    return new OperationTimeout(this.milliseconds);
  }
}
