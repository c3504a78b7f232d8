import type { CancelTimer, Clock } from '../../interfaces/clock.interface.js';
import type { Found, Gone, Missing } from '../../interfaces/session-record.interface.js';
import type { ThrottledLogger } from '../../logging/throttled-logger.js';
import type { PollBudget } from '../lock/poll-budget.js';
import type { GuardedStore } from '../store-access/guarded-store.js';
import { reasonOf } from '../store-access/reason-of.js';

export type Look = Found | Missing | Gone;

/** Whose sessions are looked at. */
export interface Looked {
  /** Those of which an answer is wanted now. */
  readonly keys: readonly string[];
  has(key: string): boolean;
}

export interface LookDeps {
  readonly store: GuardedStore;
  readonly clock: Clock;
  readonly polls: PollBudget;
  readonly warnings: ThrottledLogger;
}

/**
 * Reads watched sessions from the store: new ones at once, and all of them once an interval. A store that can load many gets one
 * request, or one for each of its servers. From any other each session is loaded by itself, spread over the interval and within the
 * poll budget, so that no request is slowed down. A look that fails ends nothing.
 */
export class StoreLooks {
  readonly #fresh = new Set<string>();
  #cancel: CancelTimer | undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(
    private readonly deps: LookDeps,
    private readonly looked: Looked,
    private readonly interval: number,
    private readonly onLook: (key: string, look: Look) => void,
  ) {}

  /** Of those that are asked for in one turn, together. */
  atOnce(keys: Iterable<string>): void {
    if (this.#fresh.size === 0) {
      queueMicrotask(() => void this.#lookAtFresh());
    }
    for (const key of keys) {
      this.#fresh.add(key);
    }
    // One by one they are spread over the interval that begins now.
    this.#schedule(this.deps.store.canLoadMany ? this.interval : 0);
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  async #lookAtFresh(): Promise<void> {
    const keys = [...this.#fresh];
    this.#fresh.clear();
    await (this.deps.store.canLoadMany ? this.#lookTogether(keys) : Promise.all(keys.map((key) => this.#lookAt(key))));
  }

  #schedule(milliseconds: number): void {
    if (this.#cancel === undefined && !this.#isLooking && !this.#isClosed && this.looked.keys.length > 0) {
      this.#cancel = this.deps.clock.setTimer(() => void this.#lookAtAll(), milliseconds);
    }
  }

  async #lookAtAll(): Promise<void> {
    const { clock, store } = this.deps;
    const began = clock.monotonic();
    const { keys } = this.looked;
    this.#cancel = undefined;
    if (keys.length === 0) {
      return;
    }
    this.#isLooking = true;
    await (store.canLoadMany ? this.#lookTogether(keys) : this.#lookOneByOne(keys));
    this.#isLooking = false;
    this.#schedule(Math.max(0, began + this.interval - clock.monotonic()));
  }

  async #lookTogether(keys: readonly string[]): Promise<void> {
    await Promise.all(this.deps.store.apart(keys).map((together) => this.#lookAtOneServer(together)));
  }

  async #lookAtOneServer(keys: readonly string[]): Promise<void> {
    try {
      const looks = await this.deps.store.loadMany({ ids: keys });
      looks.forEach((look, index) => this.#tell(keys[index], look));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #lookOneByOne(keys: readonly string[]): Promise<void> {
    const { polls } = this.deps;
    const polled = polls.enter();
    for (const key of keys) {
      await this.#pause(this.interval / keys.length);
      if (!this.#isClosed && this.looked.has(key)) {
        await polls.next(polled);
        // It may have ended meanwhile, or the application has closed.
        await (this.looked.has(key) ? this.#lookAt(key) : undefined);
      }
    }
    polls.leave(polled);
  }

  async #lookAt(key: string): Promise<void> {
    try {
      this.#tell(key, await this.deps.store.load({ id: key }));
    } catch (error) {
      this.#failed(error);
    }
  }

  #tell(key: string | undefined, look: Look): void {
    if (key !== undefined && !this.#isClosed) {
      this.onLook(key, look);
    }
  }

  #failed(error: unknown): void {
    this.deps.warnings.log(
      'watch',
      `Watched sessions could not be looked at, and none has ended by that: ${reasonOf(error)}`,
    );
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.deps.clock.setTimer(resolve, milliseconds);
    });
  }
}
