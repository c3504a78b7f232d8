import type { CancelTimer, Clock } from 'nestjs-sessions';

/** The machine's clock, which a soak puts forward; it knows how many of its timers are still to fire. */
export class ShiftedClock implements Clock {
  #shift = 0;
  #openTimers = 0;

  get openTimers(): number {
    return this.#openTimers;
  }

  /** How far it has been put forward. */
  get shift(): number {
    return this.#shift;
  }

  advance(milliseconds: number): void {
    this.#shift += milliseconds;
  }

  now(): number {
    return Date.now() + this.#shift;
  }

  monotonic(): number {
    return performance.now();
  }

  setTimer(callback: () => void, milliseconds: number): CancelTimer {
    this.#openTimers += 1;
    let isOpen = true;
    const close = (): void => {
      if (isOpen) this.#openTimers -= 1;
      isOpen = false;
    };
    const timer = setTimeout(() => {
      close();
      callback();
    }, milliseconds).unref();
    return () => {
      clearTimeout(timer);
      close();
    };
  }
}
