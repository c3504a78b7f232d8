import type { Count } from './history.js';
import type { Violation } from './violation.js';

/**
 * Of one session: every acknowledged count is there and was given once, those that are unknown may be, and what was
 * acknowledged before another was sent is the smaller one. `stored` is `undefined` when the store was made to forget it.
 */
export function checkCounts(session: string, counts: readonly Count[], stored: number | undefined): Violation[] {
  const acknowledged = counts.filter(({ fate }) => fate === 'acknowledged');
  const unknown = counts.filter(({ fate }) => fate === 'unknown').length;
  return [
    ...(stored === undefined ? [] : compare(session, acknowledged, unknown, stored)),
    ...givenTwice(session, acknowledged),
    ...outOfOrder(session, acknowledged),
  ];
}

function compare(session: string, acknowledged: readonly Count[], unknown: number, stored: number): Violation[] {
  const highest = acknowledged.reduce((most, { value = 0 }) => Math.max(most, value), 0);
  const evidence = `session ${session}: ${acknowledged.length} acknowledged, the highest ${highest}, ${unknown} unknown, ${stored} stored`;
  if (stored < acknowledged.length || stored < highest) return [{ kind: 'a lost count', evidence }];
  return stored > acknowledged.length + unknown ? [{ kind: 'a count too many', evidence }] : [];
}

function givenTwice(session: string, acknowledged: readonly Count[]): Violation[] {
  const seen = new Map<number | undefined, Count>();
  const violations: Violation[] = [];
  for (const count of acknowledged) {
    const other = seen.get(count.value);
    if (other) {
      violations.push({
        kind: 'a count given twice',
        evidence: `session ${session}: ${show(other)} and ${show(count)}`,
      });
    }
    seen.set(count.value, count);
  }
  return violations;
}

function outOfOrder(session: string, acknowledged: readonly Count[]): Violation[] {
  const byStart = [...acknowledged].sort((one, other) => one.sent - other.sent);
  const byEnd = [...acknowledged].sort((one, other) => one.ended - other.ended);
  const violations: Violation[] = [];
  let highest: Count | undefined;
  let ended = 0;
  for (const count of byStart) {
    for (let next = byEnd[ended]; next && next.ended < count.sent; next = byEnd[++ended]) {
      if ((next.value ?? 0) > (highest?.value ?? 0)) highest = next;
    }
    if (highest && (count.value ?? 0) < (highest.value ?? 0)) {
      violations.push({
        kind: 'a count out of order',
        evidence: `session ${session}: ${show(highest)} was over before ${show(count)}`,
      });
    }
  }
  return violations;
}

function show({ value, sent, ended }: Count): string {
  return `${value} (sent at ${sent.toFixed(1)} ms, answered at ${ended.toFixed(1)} ms)`;
}
