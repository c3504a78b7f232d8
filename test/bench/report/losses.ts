import type { Results } from './results.js';

/** What is wrong however fast it is: of ours, the stores that lost an update under contention. */
export function losses(results: Results): readonly string[] {
  return results.groups.flatMap((group) =>
    results
      .contenders(group, 'ours')
      .filter((name) => (results.figure(group, name, 'contention', 'lost')?.most ?? 0) > 0)
      .map((name) => `${name} lost updates under contention`),
  );
}
