import { number, spread, table } from './format.js';
import type { Results } from './results.js';

export function contentionTable(results: Results): string {
  return overGroups(results, 'contention', ['store', 'application', 'lost updates', 'increments/s'], (group, name) => {
    const lost = results.figure(group, name, 'contention', 'lost');
    const percent = lost && { median: lost.median * 100, least: lost.least * 100, most: lost.most * 100 };
    return [spread(percent, 1, ' %'), spread(results.figure(group, name, 'contention', 'rate'), 0)];
  });
}

export function cleanUpTable(results: Results): string {
  const head = ['store', 'application', 'longest block of the event loop', 'p99 of requests meanwhile', 'takes'];
  return overGroups(results, 'clean-up', head, (group, name) => [
    spread(results.figure(group, name, 'clean-up', 'longestBlock'), 1, ' ms'),
    spread(results.figure(group, name, 'clean-up', 'p99'), 1, ' ms'),
    spread(results.figure(group, name, 'clean-up', 'took'), 0, ' ms'),
  ]);
}

/** CPU per request in microseconds, by the number of stored sessions. */
export function growthTable(results: Results): string {
  const pattern = /^(.+) with (\d+) stored$/;
  const found = results.groups.flatMap((group) => results.workloads(group)).map((name) => pattern.exec(name));
  const sizes = [...new Set(found.flatMap((match) => (match ? [Number(match[2])] : [])))];
  const routes = [...new Set(found.flatMap((match) => (match ? [match[1] ?? ''] : [])))];
  const rows = results.groups.flatMap((group) =>
    results
      .contenders(group)
      .flatMap((name) =>
        routes.map((route) => [
          group,
          name,
          route,
          ...sizes.map((size) => spread(results.figure(group, name, `${route} with ${size} stored`, 'cpu'), 0)),
        ]),
      ),
  );
  const known = rows.filter(([, , , ...cells]) => cells.some((cell) => cell !== ''));
  return table(['store', 'application', 'request', ...sizes.map((size) => `${number(size, 0)} stored`)], known);
}

function overGroups(
  results: Results,
  workload: string,
  head: readonly string[],
  cellsOf: (group: string, name: string) => readonly string[],
): string {
  const rows = results.groups
    .filter((group) => results.workloads(group).includes(workload))
    .flatMap((group) => results.contenders(group).map((name) => [group, name, ...cellsOf(group, name)]))
    .filter(([, , ...cells]) => cells.some((cell) => cell !== ''));
  return table(head, rows);
}
