/** A place in the queue for one session. */
export interface QueuePlace {
  /** Resolves when the place is the first one. */
  readonly ready: Promise<void>;
  /** Gives the place up; `false` when it was the first one already, and `next()` must be called for it. */
  leave(): boolean;
}

/**
 * First come, first served within the process, for each session: only the first one asks the store, so a process with a hundred
 * requests for one session asks no more often than a process with one.
 */
export class FifoQueue<Holder> {
  /** Has an entry for each session that is locked or asked for; its holder is unknown until the store has given the lock. */
  readonly #holders = new Map<string, Holder | undefined>();
  /** How to wake those who wait. Mostly nobody does. */
  readonly #waiters = new Map<string, Set<() => void>>();
  #onEmpty: (() => void) | undefined;

  /** How many sessions are locked or asked for; 0 when nothing is going on. */
  get size(): number {
    return this.#holders.size;
  }

  /** How many wait for this session. */
  waiting(id: string): number {
    return this.#waiters.get(id)?.size ?? 0;
  }

  holder(id: string): Holder | undefined {
    return this.#holders.get(id);
  }

  /** Those of all sessions. */
  holders(): Holder[] {
    return [...this.#holders.values()].filter((holder) => holder !== undefined);
  }

  /** Nothing is locked or asked for any more. */
  empty(): Promise<void> {
    return this.#holders.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#onEmpty = resolve;
        });
  }

  /** Returns `undefined` when the caller is the first one at once. */
  enter(id: string): QueuePlace | undefined {
    if (!this.#holders.has(id)) {
      this.#holders.set(id, undefined);
      return undefined;
    }
    const waiters = this.#waiters.get(id) ?? new Set();
    this.#waiters.set(id, waiters);
    let wake = (): void => undefined;
    const ready = new Promise<void>((resolve) => (wake = resolve));
    waiters.add(wake);
    return { ready, leave: () => waiters.delete(wake) };
  }

  /** The first one has the lock now. */
  hold(id: string, holder: Holder): void {
    this.#holders.set(id, holder);
  }

  /** The holder is done. One that had lost the lock has woken the next one already, and must not wake another one for it. */
  nextAfter(id: string, holder: Holder): void {
    if (this.#holders.get(id) === holder) {
      this.next(id);
    }
  }

  /** The first one is done: wakes the next one, or frees the session. */
  next(id: string): void {
    const waiters = this.#waiters.get(id);
    const wake = waiters?.values().next().value;
    if (wake !== undefined) {
      this.#holders.set(id, undefined);
      waiters?.delete(wake);
      wake();
      return;
    }
    this.#holders.delete(id);
    this.#waiters.delete(id);
    if (this.#holders.size === 0) {
      this.#onEmpty?.();
    }
  }
}
