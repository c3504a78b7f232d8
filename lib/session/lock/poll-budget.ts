import type { CancelTimer, Clock } from '../../interfaces/clock.interface.js';

const FIRST_PAUSE = 40;
/**
 * Between any two polls: 200 a second. One session alone is polled as often: with a longest pause of 25 ms the process that holds
 * the lock gets it again and again (32 clients of two processes waited 1.3 to 2.2 s at worst, and 0.6 s with 5 ms).
 */
const SPACING = 5;

/** How many sessions share the budget: with more, each would be asked for too seldom to be worth the wait. */
export const MAX_POLLED_SESSIONS = 1_000;

/** Who asks the store again and again: for a lock that another process holds, or for sessions that are watched. */
export class PolledSession {
  wake: () => void = () => undefined;
  polls = 0;
  cancel: CancelTimer | undefined;
}

/**
 * Says when this process may ask again for locks that other processes hold: some 200 times a second for all waiting sessions
 * together, however many they are, so that they do not slow down the requests that wait for nothing. Each session has the same
 * share, oldest first. There is no exponential back-off, because it starves the session that has waited longest.
 */
export class PollBudget {
  /** Those that wait for their next poll, the least recently polled first. */
  readonly #queue = new Set<PolledSession>();
  readonly #entered = new Set<PolledSession>();
  #lastPoll = -Infinity;
  #cancel: CancelTimer | undefined;

  constructor(private readonly clock: Clock) {}

  get isFull(): boolean {
    return this.#entered.size >= MAX_POLLED_SESSIONS;
  }

  /** Every one that enters must leave. */
  enter(): PolledSession {
    const session = new PolledSession();
    this.#entered.add(session);
    return session;
  }

  leave(session: PolledSession): void {
    this.#entered.delete(session);
    session.cancel?.();
    this.#queue.delete(session);
    this.#schedule();
  }

  /** Nobody waits for a turn any longer: the application is closed. */
  close(): void {
    for (const session of this.#entered) {
      session.wake();
    }
  }

  /** Resolves when the session may be polled; never, when it leaves before. */
  next(session: PolledSession): Promise<void> {
    session.polls += 1;
    return new Promise((resolve) => {
      session.wake = resolve;
      if (session.polls === 1) {
        // Outside of the budget: most locks are held for a few milliseconds, and each arriving request does it only once.
        session.cancel = this.clock.setTimer(resolve, jittered(FIRST_PAUSE));
        return;
      }
      this.#queue.add(session);
      this.#schedule();
    });
  }

  #schedule(): void {
    const [head] = this.#queue;
    if (head === undefined) {
      this.#cancel?.();
      this.#cancel = undefined;
      return;
    }
    if (this.#cancel === undefined) {
      const now = this.clock.monotonic();
      const due = Math.max(now, this.#lastPoll) + jittered(SPACING);
      // Rounded up, because timers cut fractions off, which would exceed the budget by a tenth.
      this.#cancel = this.clock.setTimer(() => this.#poll(), Math.ceil(due - now));
    }
  }

  #poll(): void {
    this.#cancel = undefined;
    const [head] = this.#queue;
    // The session for which the timer was set may have left.
    if (head !== undefined) {
      this.#lastPoll = this.clock.monotonic();
      this.#queue.delete(head);
      head.wake();
    }
    this.#schedule();
  }
}

/** So that the processes that wait for one lock do not ask at the same moments. */
function jittered(milliseconds: number): number {
  return milliseconds * (0.75 + Math.random() / 2);
}
