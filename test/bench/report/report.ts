import { bareLine, duelTable, ratioTable } from './ratio-tables.js';
import type { Ratios } from './ratios.js';
import type { Results } from './results.js';
import { cleanUpTable, contentionTable, growthTable } from './tables.js';

/** Everything that was measured, as Markdown. */
export function report(ratios: Ratios, results: Results): string {
  const duels = ratios.duels.flatMap((duel) => [`### ${duel}`, duelTable(ratios, duel)]);
  const compared = [
    '## CPU per request, ours divided by theirs',
    ratioTable(ratios),
    bareLine(ratios) ?? '',
    'The median of the ratios of adjacent slices, its quartiles in brackets; what follows is ours / theirs:',
    ...duels,
  ];
  const sections = [
    ...(ratios.duels.length > 0 ? compared : []),
    ...section(results, /^contention$/, '## Contention on one session', contentionTable),
    ...section(results, / stored$/, '## Growth: CPU per request in µs', growthTable),
    ...section(results, /^clean-up$/, '## Clean-up', cleanUpTable),
  ];
  return sections.filter((part) => part !== '').join('\n\n');
}

function section(results: Results, workload: RegExp, title: string, write: (results: Results) => string): string[] {
  const isMeasured = results.groups.some((group) => results.workloads(group).some((name) => workload.test(name)));
  return isMeasured ? [title, write(results)] : [];
}
