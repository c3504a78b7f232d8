import { AsyncLocalStorage } from 'node:async_hooks';

/** Carries the session of a request to every provider that it calls; switched off it costs nothing. */
export class RequestContext {
  readonly #storage: AsyncLocalStorage<object> | undefined;

  constructor(isEnabled: boolean) {
    this.#storage = isEnabled ? new AsyncLocalStorage() : undefined;
  }

  get isEnabled(): boolean {
    return this.#storage !== undefined;
  }

  /** Of whatever type the application gave its sessions. */
  get session(): object | undefined {
    return this.#storage?.getStore();
  }

  run<R>(session: object, work: () => R): R {
    return this.#storage === undefined ? work() : this.#storage.run(session, work);
  }
}
