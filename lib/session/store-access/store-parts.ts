import type { Clock } from '../../interfaces/clock.interface.js';
import type { PartitionedStore } from '../../interfaces/store-abilities.interface.js';
import type { SessionStore } from '../../stores/session-store.js';
import { CircuitBreaker } from './circuit-breaker.js';

/**
 * The servers of a `PartitionedStore`, each behind a circuit breaker of its own: when one of them is down, the others are still
 * asked. Any other store is one part.
 */
export class StoreParts {
  /** For what concerns no session alone, and for a store of one part. */
  readonly whole: CircuitBreaker;
  readonly #breakers = new Map<string, CircuitBreaker>();

  constructor(
    private readonly store: SessionStore & Partial<PartitionedStore>,
    private readonly clock: Clock,
    private readonly deadline: number,
  ) {
    this.whole = new CircuitBreaker(clock, deadline);
  }

  get areSeveral(): boolean {
    return this.store.partOf !== undefined;
  }

  /** Of the part that keeps this id. */
  of(id: string): CircuitBreaker {
    const part = this.store.partOf?.(id);
    return part === undefined ? this.whole : this.#breakerOf(part);
  }

  /** The ids of each part. */
  apart(ids: readonly string[]): readonly (readonly string[])[] {
    const { store } = this;
    if (store.partOf === undefined) {
      return [ids];
    }
    const groups = new Map<string, string[]>();
    for (const id of ids) {
      const part = store.partOf(id);
      const group = groups.get(part);
      if (group === undefined) {
        groups.set(part, [id]);
      } else {
        group.push(id);
      }
    }
    return [...groups.values()];
  }

  /** Whether there are several, and that of this id has lately failed. */
  isFailing(id: string): boolean {
    return this.areSeveral && this.of(id).isFailing;
  }

  /** Whether one part keeps both. */
  areTogether(one: string, other: string): boolean {
    return this.store.partOf?.(one) === this.store.partOf?.(other);
  }

  #breakerOf(part: string): CircuitBreaker {
    let breaker = this.#breakers.get(part);
    if (breaker === undefined) {
      breaker = new CircuitBreaker(this.clock, this.deadline);
      this.#breakers.set(part, breaker);
    }
    return breaker;
  }
}
