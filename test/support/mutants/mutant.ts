import type { OpenStore } from './open-store.js';

/** A store that looks right and is not: it breaks one rule of the contract, as a store that somebody writes may do. */
export interface Mutant {
  readonly name: string;
  /** The cases that have to fail: those that name the rule. */
  readonly caughtBy: readonly string[];
  readonly create: (now: () => number) => OpenStore;
}

export function mutant(name: string, caughtBy: readonly string[], Store: new (now: () => number) => OpenStore): Mutant {
  return { name, caughtBy, create: (now) => new Store(now) };
}

/** Where a store that asks somebody else would wait for the answer. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
