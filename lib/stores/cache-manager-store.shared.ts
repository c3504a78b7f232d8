import type { SessionKeyv } from './cache-manager-store.keyv.js';
import { Locks } from './cache-manager-store.locks.js';
import { Turns } from './cache-manager-store.turns.js';
import { Values } from './cache-manager-store.values.js';

export interface Shared {
  readonly values: Values;
  readonly turns: Turns;
  readonly locks: Locks;
}

const byKeyv = new WeakMap<SessionKeyv, Shared>();

/** Two stores on one Keyv have the same locks. */
export function sharedOf(keyv: SessionKeyv): Shared {
  let shared = byKeyv.get(keyv);
  if (shared === undefined) {
    shared = { values: new Values(keyv), turns: new Turns(), locks: new Locks() };
    byKeyv.set(keyv, shared);
  }
  return shared;
}
