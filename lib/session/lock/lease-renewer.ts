import type { CancelTimer, Clock } from '../../interfaces/clock.interface.js';

/** A lock that this process holds and keeps alive. */
export interface Lease {
  /** Milliseconds. */
  readonly duration: number;
  /** `clock.monotonic()` before the lock was asked for, or last renewed. */
  renewedAt: number;
}

/** Renews every lease at a third of its duration, with one timer for the whole process. */
export class LeaseRenewer<L extends Lease> {
  readonly #leases = new Set<L>();
  #cancel: CancelTimer | undefined;
  #due = Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly renew: (lease: L) => void,
  ) {}

  add(lease: L): void {
    this.#leases.add(lease);
    this.#schedule(dueAt(lease));
  }

  remove(lease: L): void {
    this.#leases.delete(lease);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#due = Infinity;
  }

  /** A running timer stays unless it would fire too late: most locks are released long before it fires. */
  #schedule(due: number): void {
    if (due >= this.#due) {
      return;
    }
    this.stop();
    this.#due = due;
    this.#cancel = this.clock.setTimer(() => this.#tick(), Math.max(0, due - this.clock.monotonic()));
  }

  #tick(): void {
    this.#due = Infinity;
    const now = this.clock.monotonic();
    // A set may be changed while it is iterated: `renew` removes the leases that have been renewed for long enough.
    for (const lease of this.#leases) {
      if (dueAt(lease) <= now) {
        // Counted from before the renewal is sent: the store's lease never ends before ours.
        lease.renewedAt = now;
        this.renew(lease);
      }
    }
    for (const lease of this.#leases) {
      this.#schedule(dueAt(lease));
    }
  }
}

function dueAt(lease: Lease): number {
  return lease.renewedAt + lease.duration / 3;
}
