import type { HttpRequest } from './http-request.js';

/**
 * A place on requests for a value of ours. It is a property with a symbol of its own, so that two applications, one of which is
 * mounted in the other, do not meet. A `WeakMap` costs five times as much: measured, it is garbage that is looked after twice.
 */
export class RequestSlot<T> {
  readonly #key = Symbol('nestjs-sessions');

  get(request: HttpRequest): T | undefined {
    return (request as unknown as Record<symbol, T | undefined>)[this.#key];
  }

  set(request: HttpRequest, value: T): void {
    (request as unknown as Record<symbol, T | undefined>)[this.#key] = value;
  }
}
