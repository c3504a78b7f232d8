import type { SessionStore } from '../../../lib/stores/session-store.js';

/** The store, where each operation stands still before it is done and before its answer arrives, until `pause` is over. */
export function scheduledStore<S extends SessionStore>(store: S, pause: (what: string) => Promise<unknown>): S {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      return typeof member !== 'function'
        ? member
        : async (...args: unknown[]): Promise<unknown> => {
            await pause(`${String(name)} is sent`);
            const answer: unknown = await Reflect.apply(member, target, args);
            await pause(`${String(name)} is answered`);
            return answer;
          };
    },
  });
}
