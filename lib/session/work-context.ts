import { AsyncLocalStorage } from 'node:async_hooks';

/** What has a session: a request, the message of a socket, the work of `Sessions.open()`. */
export interface Work {
  readonly session?: unknown;
}

/** Carries what is worked on to every provider that it calls; switched off it costs nothing. */
export class WorkContext {
  readonly #storage: AsyncLocalStorage<Work> | undefined;

  constructor(isEnabled: boolean) {
    this.#storage = isEnabled ? new AsyncLocalStorage() : undefined;
  }

  get isEnabled(): boolean {
    return this.#storage !== undefined;
  }

  get work(): Work | undefined {
    return this.#storage?.getStore();
  }

  run<R>(work: Work, run: () => R): R {
    return this.#storage === undefined ? run() : this.#storage.run(work, run);
  }
}
