import type { Results } from './results.js';
import { cleanUpTable, contentionTable, cpuTable, detailTable, growthTable } from './tables.js';

/** Everything, as Markdown. */
export function report(results: Results): string {
  const groups = results.groups.flatMap((group) => [
    `## ${group}`,
    'CPU per request, divided by that of a bare Nest handler; median (least to most).',
    cpuTable(results, group),
    detailTable(results, group),
  ]);
  return [
    `# ${results.rounds} rounds`,
    ...groups,
    '## Contention on one session',
    contentionTable(results),
    '## Growth: CPU per request in µs',
    growthTable(results),
    '## Clean-up',
    cleanUpTable(results),
  ].join('\n\n');
}
