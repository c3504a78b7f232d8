import type { CancelTimer, Clock } from '../../interfaces/clock.interface.js';
import type { SessionsLogger } from '../../interfaces/sessions-logger.interface.js';
import type { StoreContext } from '../../interfaces/store-abilities.interface.js';
import { isClosable, isStartable } from '../../interfaces/store-abilities.js';
import type { SessionStore } from '../../stores/session-store.js';
import { CircuitBreaker } from './circuit-breaker.js';
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
  readonly #breaker: CircuitBreaker;
  readonly #clock: Clock;
  readonly #logger: SessionsLogger;
  #cancelWarning: CancelTimer = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(store: SessionStore, breaker: CircuitBreaker, { clock, logger }: StoreContext) {
    this.#store = store;
    this.#breaker = breaker;
    this.#clock = clock;
    this.#logger = logger;
  }

  /**
   * @throws SessionsConfigError from the store, when it cannot work as it is configured: the application must not start.
   * @throws SessionStoreError when the store hangs.
   */
  static async start(
    store: SessionStore,
    { clock, logger }: StoreContext,
    storeTimeout: number,
  ): Promise<StoreLifecycle> {
    if (isStartable(store)) {
      const start = (): Promise<void> => store.start({ clock, logger, storeTimeout });
      await withDeadline(clock, START_TIMEOUT, `${store.constructor.name}.start()`, start, true);
    }
    USERS.set(store, usersOf(store) + 1);
    return new StoreLifecycle(store, new CircuitBreaker(clock, storeTimeout), { clock, logger });
  }

  /** The application has started. */
  onStarted(): void {
    this.#cancelWarning = warnOfUnheardSignals(this.#store, this.#clock, this.#logger);
  }

  /** Once, however often it is called: many clients fail when they are closed a second time. */
  close(): Promise<void> {
    this.#cancelWarning();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Has a deadline, and never rejects: a store that hangs or fails must not keep the application from closing. */
  async #close(): Promise<void> {
    const others = usersOf(this.#store) - 1;
    USERS.set(this.#store, others);
    const store: object = this.#store;
    if (others > 0 || !isClosable(store)) {
      return;
    }
    try {
      await this.#breaker.run('close', () => store.close());
    } catch (error) {
      this.#logger.error(`The store was not closed: ${reasonOf(error)}`);
    }
  }
}

function usersOf(store: SessionStore): number {
  return USERS.get(store) ?? 0;
}
