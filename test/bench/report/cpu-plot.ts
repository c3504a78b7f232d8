import { plot, type Panel } from './plot.js';
import type { Results } from './results.js';
import { STEADY } from './tables.js';

/** CPU per request in units of a bare handler: our first store of each group, and the peers. */
export function cpuPlot(results: Results): string {
  const panels = results.groups.map((group): Panel => {
    const [floor = ''] = results.contenders(group, 'floor');
    const [ours = ''] = results.contenders(group, 'ours');
    const shown = [ours, ...results.contenders(group, 'peer')];
    const rows = STEADY.map((workload) => ({
      title: workload,
      bars: shown.flatMap((name) => {
        const ratio = results.ratio(group, name, workload, floor);
        return ratio === undefined ? [] : [{ label: name, value: ratio.median, isOurs: name === ours }];
      }),
    }));
    return { title: group, rows: rows.filter(({ bars }) => bars.length > 0) };
  });
  return plot('CPU per request, as a multiple of a bare Nest handler', panels);
}
