/**
 * Makes the mistakes loud that would lose data without a word: `session.visits = 1` and `delete session.visits`, also in code
 * that is not strict. What is no mistake passes: symbols, `defineProperty`, and a function laid over a member, as test spies do.
 */
const TRAPS: ProxyHandler<object> = {
  set(target, key, value, receiver) {
    if (typeof key === 'symbol' || (key in target && typeof value === 'function')) {
      return Reflect.set(target, key, value, receiver);
    }
    throw new TypeError(
      key in target
        ? `session.${key} is a member of the session and cannot be assigned. Data are changed by session.set(), session.update() or session.data.`
        : `session.${key} = ... would store nothing. Write session.set('${key}', ...) or session.data.${key} = ...`,
    );
  },

  deleteProperty(target, key) {
    if (typeof key === 'symbol' || key in target) {
      return Reflect.deleteProperty(target, key);
    }
    throw new TypeError(
      `delete session.${key} would delete nothing. Write session.delete('${key}') or delete session.data.${key}`,
    );
  },
};

/** No trap for `get`: to read costs next to nothing. */
export function loud<T extends object>(target: T): T {
  return new Proxy<T>(target, TRAPS);
}
