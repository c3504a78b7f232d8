import type { Duel } from '../contenders.js';
import type { Request } from '../slice.js';

/** A request that is sent again and again to both applications of a duel. */
export interface ComparedWorkload {
  readonly name: string;
  /** As the tables call it. */
  readonly title: string;
  readonly request: Request;
  isFor(duel: Duel): boolean;
}

export const NO_SESSION = 'no-session';

export const comparedWorkloads: readonly ComparedWorkload[] = [
  // The same on all stores; and all that bare Nest can do.
  { ...workload(NO_SESSION, 'route without a session'), isFor: ({ ours }) => ours.store === 'memory' },
  workload('read-number', 'read-only, a number'),
  workload('read-object', 'read-only, an object'),
  workload('locked-change', 'locked, an object changed'),
  // The last one, since it fills the stores.
  workload('first-visit', 'first visit', true),
];

function workload(name: string, title: string, isNewVisitor = false): ComparedWorkload {
  return { name, title, request: { path: `/${name}`, isNewVisitor }, isFor: ({ rival }) => rival.kind === 'peer' };
}
