import type { SessionKeyv } from './session-cache.js';
import { Locks } from './locks.js';
import { Turns } from '../shared/keyed-mutex.js';
import { Values } from './keyv-adapter.js';

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
