import type { SessionStore } from 'nestjs-sessions';

export interface RecordedStore {
  readonly store: SessionStore;
  /** All that went into the store and came out of it, as JSON, a line for each call. */
  readonly calls: string[];
}

/** Writes down what a store is told and what it answers; it has every ability of the store itself. */
export function recordedStore(inner: SessionStore): RecordedStore {
  const calls: string[] = [];
  const store = new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') {
        return member;
      }
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        // The context of start() is no data, and refers to itself.
        const said = name === 'start' ? '' : JSON.stringify(args);
        calls.push(`${String(name)} ${said}`);
        if (answer instanceof Promise) {
          answer.then(
            (value: unknown) => calls.push(`${String(name)} answers ${JSON.stringify(value)}`),
            (error: unknown) => calls.push(`${String(name)} fails: ${String(error)}`),
          );
        }
        return answer;
      };
    },
  });
  return { store, calls };
}
