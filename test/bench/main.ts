import { mkdir, writeFile } from 'node:fs/promises';
import { Comparison } from './comparison.js';
import { LoadGenerator } from './load/load-generator.js';
import { parseOptions, type BenchOptions } from './options.js';
import type { Pair } from './pair.js';
import { installPeers } from './peers/peers-folder.js';
import { Places } from './places.js';
import { Progress } from './progress.js';
import { losses } from './report/losses.js';
import { Ratios } from './report/ratios.js';
import { writePerformancePage } from './report/performance-page.js';
import { report } from './report/report.js';
import { Results } from './report/results.js';
import { root } from './root.js';
import { Round } from './round.js';
import type { Sample } from './sample.js';

/** `npm run bench`: measures, and writes the report to stdout. */

const RESULTS = new URL('build/bench/', root);

const options = parseOptions(process.argv.slice(2));
await installPeers();
const { pairs, samples } = await measure(options);
await mkdir(RESULTS, { recursive: true });
await writeFile(new URL('measured.json', RESULTS), JSON.stringify({ pairs, samples }, null, 1));
const [ratios, results] = [new Ratios(pairs), new Results(samples)];
console.log(report(ratios, results));
if (options.isForPage) {
  await writePerformancePage(ratios, results, options.effort);
}
for (const loss of losses(results)) {
  console.error(loss);
  process.exitCode = 1;
}

async function measure({ groups, compared, workloads, effort }: BenchOptions): Promise<Measurements> {
  const places = new Places();
  const progress = new Progress();
  const load = await LoadGenerator.start();
  const found: { pairs: Pair[]; samples: Sample[] } = { pairs: [], samples: [] };
  try {
    for (const duel of groups.flatMap((group) => group.duels)) {
      found.pairs.push(...(await new Comparison(duel, places, load, effort, progress).run(compared)));
    }
    for (let number = 1; number <= effort.rounds; number += 1) {
      for (const group of groups) {
        found.samples.push(...(await new Round(group, number, places, { load, effort }, progress).run(workloads)));
      }
    }
  } finally {
    // First, since servers do not keep this process alive until they have ended, and the generator does.
    await places.dispose();
    await load.end();
  }
  return found;
}

interface Measurements {
  readonly pairs: readonly Pair[];
  readonly samples: readonly Sample[];
}
