import type {
  BatchLoadableStore,
  ClosableStore,
  CountableStore,
  LeasingStore,
  StartableStore,
  SweepableStore,
} from './store-abilities.interface.js';

/*
 * What a store can do beside its contract. Of each ability its method is looked at and not a class: stores of applications
 * declare nothing.
 */

export function isStartable(store: object): store is StartableStore {
  return 'start' in store && typeof store.start === 'function';
}

export function isClosable(store: object): store is ClosableStore {
  return 'close' in store && typeof store.close === 'function';
}

export function isCountable(store: object): store is CountableStore {
  return 'count' in store && typeof store.count === 'function';
}

export function isSweepable(store: object): store is SweepableStore {
  return 'sweep' in store && typeof store.sweep === 'function';
}

export function isBatchLoadable(store: object): store is BatchLoadableStore {
  return 'loadMany' in store && typeof store.loadMany === 'function';
}

export function hasLeases(store: object): store is LeasingStore {
  return 'hasLeases' in store && store.hasLeases === true;
}
