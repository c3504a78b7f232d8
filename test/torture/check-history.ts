import { checkCounts } from './check-counts.js';
import { checkKey } from './check-keys.js';
import { checkLogins } from './check-logins.js';
import type { History } from './history.js';
import type { Violation } from './violation.js';

/** What the store holds of a session that was used by many, at the end; `undefined` when it was made to forget it. */
export type StoredData = Readonly<Record<string, unknown>>;

export function checkHistory(
  history: History,
  shared: ReadonlyMap<string, StoredData>,
  logins: readonly string[],
): Violation[] {
  const counts = groupBy(history.counts, ({ session }) => session);
  const writes = groupBy(history.writes, ({ session, key }) => `${session} ${key}`);
  return [
    ...[...counts].flatMap(([session, own]) => checkCounts(session, own, numberIn(shared.get(session), 'count'))),
    ...[...writes].flatMap(([name, own]) => {
      const [session = '', key = ''] = name.split(' ');
      return checkKey(session, key, own, numberIn(shared.get(session), key));
    }),
    ...checkLogins(history, logins),
    ...history.lost.map((evidence): Violation => ({ kind: 'a lost session', evidence })),
  ];
}

function numberIn(data: StoredData | undefined, key: string): number | undefined {
  return data && Number(data[key] ?? 0);
}

function groupBy<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const name = nameOf(one);
    const group = groups.get(name);
    if (group) group.push(one);
    else groups.set(name, [one]);
  }
  return groups;
}
