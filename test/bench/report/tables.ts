import { middle, number, spread, table } from './format.js';
import type { Results } from './results.js';

export const STEADY = [
  'route without a session',
  'read-only',
  'locked unchanged',
  'locked changed',
  'unlocked changed',
  'first visit',
];

/** CPU per request of every contender in units of the bare handler, and of ours in units of express-session on the same store. */
export function cpuTable(results: Results, group: string): string {
  const [floor = ''] = results.contenders(group, 'floor');
  const [ours = ''] = results.contenders(group, 'ours');
  const peers = results.contenders(group, 'peer');
  const others = results.contenders(group).filter((name) => name !== floor);
  const head = ['workload', ...others.map(plain), ...peers.map((peer) => `ours ÷ ${plain(peer)}`)];
  const rows = STEADY.filter((workload) => results.workloads(group).includes(workload)).map((workload) => [
    workload,
    ...others.map((name) => spread(results.ratio(group, name, workload, floor), 2)),
    ...peers.map((peer) => spread(results.ratio(group, ours, workload, peer), 2)),
  ]);
  return table(head, rows);
}

/** All that was measured of the workloads that repeat one request. */
export function detailTable(results: Results, group: string): string {
  const head = ['workload', 'application', 'CPU µs', 'requests/s', 'p50 ms', 'p99 ms', 'trips', 'peak MB'];
  const rows = results.workloads(group).flatMap((workload) =>
    results
      .contenders(group)
      .map((name) => {
        const figure = (figureName: Parameters<Results['figure']>[3]): ReturnType<Results['figure']> =>
          results.figure(group, name, workload, figureName);
        const memory = figure('peakMemory')?.median;
        return [
          workload,
          name,
          spread(figure('cpu'), 0),
          spread(figure('rate'), 0),
          spread(figure('p50'), 1),
          spread(figure('p99'), 1),
          middle(figure('trips'), 2),
          memory === undefined ? '' : number(memory / 1e6, 0),
        ];
      })
      .filter(([, , cpu]) => cpu !== ''),
  );
  return table(head, rows);
}

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

function plain(name: string): string {
  return name.replace('express-session, ', '');
}
