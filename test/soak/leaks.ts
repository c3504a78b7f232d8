import type { SessionStore } from 'nestjs-sessions';
import type { Part } from './footprint.js';

/** Something that is done wrong for each session, and what shows it. */
export interface Leak {
  readonly name: string;
  readonly shownBy: Part | 'leftovers';
  readonly alter?: (store: SessionStore) => SessionStore;
  /** Done beside each visit. */
  readonly beside?: () => void;
  readonly forgetsCleanUp?: boolean;
}

export const noLeak: Leak = { name: 'none', shownBy: 'memory' };

export const leaks: readonly Leak[] = [
  { name: 'a store that keeps what it is told', shownBy: 'memory', alter: hoard },
  { name: 'a timer for each session', shownBy: 'resources', beside: keepTimer },
  { name: 'a clean-up that does not run', shownBy: 'leftovers', forgetsCleanUp: true },
];

function hoard(inner: SessionStore): SessionStore {
  const told: unknown[] = [];
  return new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        told.push(args);
        return Reflect.apply(member, target, args);
      };
    },
  });
}

const timers: NodeJS.Timeout[] = [];

function keepTimer(): void {
  timers.push(setInterval(() => undefined, 60_000));
}

export function clearTimers(): void {
  for (const timer of timers.splice(0)) clearInterval(timer);
}
