import { AsyncLocalStorage } from 'node:async_hooks';
import type { SessionObject } from './session/session.js';

/** Carries the session of a request to every provider that it calls; switched off it costs nothing. */
export class RequestContext {
  readonly #storage: AsyncLocalStorage<SessionObject> | undefined;

  constructor(isEnabled: boolean) {
    this.#storage = isEnabled ? new AsyncLocalStorage() : undefined;
  }

  get isEnabled(): boolean {
    return this.#storage !== undefined;
  }

  get session(): SessionObject | undefined {
    return this.#storage?.getStore();
  }

  run<R>(session: SessionObject, work: () => R): R {
    return this.#storage === undefined ? work() : this.#storage.run(session, work);
  }
}
