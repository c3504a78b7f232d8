/** One who waits for its turn. */
interface Waiter {
  readonly resolve: () => void;
}

interface Queue<Holder> {
  holder: Holder | undefined;
  /** Made for the first who has to wait: mostly nobody has. */
  waiters: Set<Waiter> | undefined;
}

/** A place in the queue. */
export interface Turn {
  /** Resolves when it is this one's turn. */
  readonly ready: Promise<void>;
  /** Gives the place up; `false` when the turn had come already, and must be passed on. */
  leave(): boolean;
}

/**
 * First come, first served within the process, for each session: only the head contends in the store, so a process with a
 * hundred requests for one session asks the store no more often than a process with one.
 */
export class FifoQueue<Holder> {
  readonly #queues = new Map<string, Queue<Holder>>();

  /** How many sessions are locked or waited for; 0 when nothing is going on. */
  get size(): number {
    return this.#queues.size;
  }

  /** Whether one who comes now has to wait. */
  isTaken(id: string): boolean {
    return this.#queues.has(id);
  }

  /** How many wait for this session. */
  waiting(id: string): number {
    return this.#queues.get(id)?.waiters?.size ?? 0;
  }

  holder(id: string): Holder | undefined {
    return this.#queues.get(id)?.holder;
  }

  /** Those of all sessions. */
  holders(): Holder[] {
    return [...this.#queues.values()].map(({ holder }) => holder).filter((holder) => holder !== undefined);
  }

  /** `undefined` when it is this one's turn at once. */
  enter(id: string): Turn | undefined {
    const queue = this.#queues.get(id);
    if (queue === undefined) {
      this.#queues.set(id, { holder: undefined, waiters: undefined });
      return undefined;
    }
    const waiters = (queue.waiters ??= new Set());
    let leave = (): boolean => false;
    const ready = new Promise<void>((resolve) => {
      const waiter = { resolve };
      waiters.add(waiter);
      leave = () => waiters.delete(waiter);
    });
    return { ready, leave };
  }

  /** The head has the lock now. */
  hold(id: string, holder: Holder): void {
    const queue = this.#queues.get(id);
    if (queue === undefined) {
      this.#queues.set(id, { holder, waiters: undefined });
    } else {
      queue.holder = holder;
    }
  }

  /** The head is done; the next one is woken. */
  pass(id: string): void {
    const queue = this.#queues.get(id);
    if (queue === undefined) {
      return;
    }
    queue.holder = undefined;
    const next = queue.waiters?.values().next().value;
    if (next === undefined) {
      this.#queues.delete(id);
    } else {
      queue.waiters?.delete(next);
      next.resolve();
    }
  }
}
