import { KeyedMutex } from '../shared/keyed-mutex.js';
import { KeyvAdapter } from './keyv-adapter.js';
import { Locks } from './locks.js';
import type { SessionKeyv } from './session-cache.js';

export interface SharedState {
  readonly keyv: KeyvAdapter;
  readonly mutex: KeyedMutex;
  readonly locks: Locks;
}

const byKeyv = new WeakMap<SessionKeyv, SharedState>();

/** Two stores on one Keyv share their locks. */
export function sharedStateOf(keyv: SessionKeyv): SharedState {
  let shared = byKeyv.get(keyv);
  if (shared === undefined) {
    shared = { keyv: new KeyvAdapter(keyv), mutex: new KeyedMutex(), locks: new Locks() };
    byKeyv.set(keyv, shared);
  }
  return shared;
}
