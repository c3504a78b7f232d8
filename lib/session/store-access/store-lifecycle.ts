import type { CancelTimer, Clock } from '../../interfaces/clock.interface.js';
import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import type { StoreContext } from '../../interfaces/store-abilities.interface.js';
import { isClosable, isStartable } from '../../interfaces/store-abilities.js';
import type { SessionStore } from '../../stores/session-store.js';
import { withDeadline } from './deadline.js';
import { reasonOf } from './reason-of.js';
import { warnOfUnheardSignals } from './unheard-signals.js';

/** A store may have much to look at when it starts. */
const START_TIMEOUT = 30_000;

/** How many applications use a store. A module that is imported in several, side by side or one after the other, has one store. */
const USERS = new WeakMap<SessionStore, number>();

/** Starts the store with each application, and closes it with the last one that uses it, where the store wants that. */
export class StoreLifecycle {
  readonly #store: SessionStore;
  readonly #storeTimeout: number;
  readonly #clock: Clock;
  readonly #logger: SessionsLogger;
  #cancelWarning: CancelTimer = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(store: SessionStore, { clock, logger }: StoreContext, storeTimeout: number) {
    this.#store = store;
    this.#storeTimeout = storeTimeout;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * @throws SessionsConfigError from the store, when it cannot work as it is configured: the application must not start.
   * @throws SessionStoreError when the store hangs.
   */
  static async start(store: SessionStore, context: StoreContext, storeTimeout: number): Promise<StoreLifecycle> {
    const lifecycle = new StoreLifecycle(store, context, storeTimeout);
    await lifecycle.#start();
    return lifecycle;
  }

  /** The application has started. */
  onStarted(): void {
    this.#cancelWarning = warnOfUnheardSignals(this.#store, this.#clock, this.#logger);
  }

  /** Once, however often it is called: many clients fail when they are closed a second time. */
  close(): Promise<void> {
    this.#cancelWarning();
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  async #start(): Promise<void> {
    const hadUsers = usersOf(this.#store) > 0;
    // Before it is asked: an application that is closed meanwhile must not close the store under this one.
    USERS.set(this.#store, usersOf(this.#store) + 1);
    try {
      await this.#startStore();
    } catch (error) {
      // One that nobody has used has nothing open.
      await this.#leave(hadUsers);
      throw error;
    }
  }

  async #startStore(): Promise<void> {
    const store: object = this.#store;
    if (isStartable(store)) {
      const context = { clock: this.#clock, logger: this.#logger, storeTimeout: this.#storeTimeout };
      const name = `${this.#store.constructor.name}.start()`;
      await withDeadline(this.#clock, START_TIMEOUT, name, () => store.start(context), true);
    }
  }

  async #leave(isOpen = true): Promise<void> {
    USERS.set(this.#store, usersOf(this.#store) - 1);
    if (isOpen && usersOf(this.#store) === 0) {
      await this.#closeStore();
    }
  }

  /** Has a deadline, and never rejects: a store that hangs or fails must not keep the application from closing. */
  async #closeStore(): Promise<void> {
    const store: object = this.#store;
    if (!isClosable(store)) {
      return;
    }
    try {
      const name = `${this.#store.constructor.name}.close()`;
      await withDeadline(this.#clock, this.#storeTimeout, name, () => store.close(), true);
    } catch (error) {
      this.#logger.error(`The store was not closed: ${reasonOf(error)}`);
    }
  }
}

function usersOf(store: SessionStore): number {
  return USERS.get(store) ?? 0;
}
