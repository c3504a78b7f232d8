/** A point at which one side of a race stops until the test lets it go on. */
export class Gate {
  /** Settles when somebody stands before the gate. */
  readonly reached: Promise<void>;
  readonly #opened: Promise<void>;
  #arrive = (): void => {};
  #open = (): void => {};

  constructor() {
    this.reached = new Promise((resolve) => (this.#arrive = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** Waits until the gate is open; it stays open. */
  pass(): Promise<void> {
    this.#arrive();
    return this.#opened;
  }

  open(): void {
    this.#open();
  }
}
