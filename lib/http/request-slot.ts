/**
 * A place on requests for a value of ours. It is a property with a symbol of its own, so that two applications, one of which is
 * mounted in the other, do not meet. Measured, a `WeakMap` costs as much or more.
 */
export class RequestSlot<T> {
  readonly #key = Symbol('nestjs-sessions');

  get(request: object): T | undefined {
    return (request as Record<symbol, T | undefined>)[this.#key];
  }

  set(request: object, value: T): void {
    (request as Record<symbol, T | undefined>)[this.#key] = value;
  }
}
