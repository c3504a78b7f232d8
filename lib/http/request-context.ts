import { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpRequest } from './http-request.js';

/** Carries a request to every provider that it calls; switched off it costs nothing. */
export class RequestContext {
  readonly #storage: AsyncLocalStorage<HttpRequest> | undefined;

  constructor(isEnabled: boolean) {
    this.#storage = isEnabled ? new AsyncLocalStorage() : undefined;
  }

  get isEnabled(): boolean {
    return this.#storage !== undefined;
  }

  get request(): HttpRequest | undefined {
    return this.#storage?.getStore();
  }

  run<R>(request: HttpRequest, work: () => R): R {
    return this.#storage === undefined ? work() : this.#storage.run(request, work);
  }
}
