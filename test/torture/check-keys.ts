import type { KeyWrite } from './history.js';
import type { Violation } from './violation.js';

/**
 * Of one key, in the order in which its one client wrote it: whoever looks finds the last value that was acknowledged, or one
 * of which nobody knows when it arrived. `stored` is `undefined` when the store was made to forget it. Anything else was
 * brought back, or taken away, by a request that changed another key.
 */
export function checkKey(
  session: string,
  key: string,
  writes: readonly KeyWrite[],
  stored: number | undefined,
): Violation[] {
  const violations: Violation[] = [];
  let last = 0;
  const unknown = new Set<number>();
  const look = (found: number, where: string): void => {
    if (found === last || unknown.has(found)) return;
    violations.push({
      kind: 'a key undone',
      evidence: `session ${session}, key ${key}: ${found} ${where}, after ${last} was acknowledged (unknown: ${[...unknown].join(', ') || 'none'})`,
    });
  };
  for (const { value, before, fate } of writes) {
    if (before !== undefined) look(before, `was there when ${value} was written`);
    if (fate === 'acknowledged') last = value;
    else if (fate === 'unknown') unknown.add(value);
  }
  if (stored !== undefined) look(stored, 'is stored');
  return violations;
}
