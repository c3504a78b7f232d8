import type { CancelTimer, Clock } from '../interfaces/clock.interface.js';

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

const DEFAULT_START = Date.UTC(2030, 0, 1);

/**
 * A clock that moves only when it is told to, so that tests of leases, waits and expiry neither sleep nor flake.
 *
 * ```ts
 * const clock = new ManualClock();
 * clock.setTimer(() => console.log('due'), 1000);
 * clock.advance(1000); // prints "due"
 * ```
 */
export class ManualClock implements Clock {
  #wall: number;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  /** @param startEpochMs the wall-clock time it starts at, in epoch milliseconds. Default 2030-01-01T00:00:00Z. */
  constructor(startEpochMs: number = DEFAULT_START) {
    this.#wall = startEpochMs;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(callback: () => void, milliseconds: number): CancelTimer {
    const timer: Timer = { dueAt: this.#monotonic + Math.max(0, milliseconds), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** How many timers have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Makes the wall clock jump, as an administrator or NTP would. Timers and `monotonic()` do not notice. */
  set(epochMs: number): void {
    this.#wall = epochMs;
  }

  /** Lets so many milliseconds pass: fires the timers that fall due, in their order, those set meanwhile included. */
  advance(milliseconds: number): void {
    const until = this.#monotonic + milliseconds;
    for (let timer = this.#nextDue(until); timer; timer = this.#nextDue(until)) {
      this.#fire(timer);
    }
    this.#moveTo(until);
  }

  /** As `advance`, but promises settle before each timer and at the end, so that code that awaits can set the next timer. */
  async advanceAsync(milliseconds: number): Promise<void> {
    const until = this.#monotonic + milliseconds;
    await promisesToSettle();
    for (let timer = this.#nextDue(until); timer; timer = this.#nextDue(until)) {
      this.#fire(timer);
      await promisesToSettle();
    }
    this.#moveTo(until);
    await promisesToSettle();
  }

  #nextDue(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (!next || timer.dueAt < next.dueAt)) {
        next = timer;
      }
    }
    return next;
  }

  #fire(timer: Timer): void {
    this.#moveTo(timer.dueAt);
    this.#timers.delete(timer);
    timer.callback();
  }

  #moveTo(monotonic: number): void {
    // A callback may have advanced the clock itself: time never runs back.
    const elapsed = Math.max(0, monotonic - this.#monotonic);
    this.#monotonic += elapsed;
    this.#wall += elapsed;
  }
}

function promisesToSettle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
