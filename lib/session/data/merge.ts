import type { SessionBag } from './serializer.js';

/**
 * Lays the top-level keys that `mine` changed since `base` over `newest`, so that requests that change different keys never undo
 * each other. `newest` is changed, and returned.
 */
export function mergeByKey(base: SessionBag, mine: SessionBag, newest: SessionBag): SessionBag {
  for (const key of new Set([...Object.keys(base), ...Object.keys(mine)])) {
    if (JSON.stringify(base[key]) === JSON.stringify(mine[key])) {
      continue;
    }
    if (mine[key] === undefined) {
      Reflect.deleteProperty(newest, key);
    } else {
      newest[key] = mine[key];
    }
  }
  return newest;
}
