import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import type { Clock } from '../../interfaces/clock.interface.js';
import type { ClosableStore, StartableStore } from '../../interfaces/store-abilities.interface.js';
import type { SessionStore } from '../../stores/session-store.js';

/** Starts the store with the application and closes it with it, where the store wants that. */
export class StoreLifecycle {
  readonly #store: SessionStore;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /** @throws SessionsConfigError from the store, when it cannot work as it is configured: the application must not start. */
  static async start(store: SessionStore, clock: Clock, logger: SessionsLogger): Promise<StoreLifecycle> {
    if (isStartable(store)) {
      await store.start({ clock, logger });
    }
    return new StoreLifecycle(store);
  }

  async close(): Promise<void> {
    const store: object = this.#store;
    if (isClosable(store)) {
      await store.close();
    }
  }
}

function isStartable(store: object): store is StartableStore {
  return 'start' in store && typeof store.start === 'function';
}

function isClosable(store: object): store is ClosableStore {
  return 'close' in store && typeof store.close === 'function';
}
