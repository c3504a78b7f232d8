import { mkdir, writeFile } from 'node:fs/promises';
import { LoadGenerator } from './load/load-generator.js';
import { parseOptions, type BenchOptions } from './options.js';
import { installPeers } from './peers/peers-folder.js';
import { Places } from './places.js';
import { Progress } from './progress.js';
import { losses } from './report/losses.js';
import { writeReadme } from './report/readme.js';
import { report } from './report/report.js';
import { Results } from './report/results.js';
import { root } from './root.js';
import { Round } from './round.js';
import type { Sample } from './sample.js';

/** `npm run bench`: measures, and writes the report to stdout. */

const RESULTS = new URL('build/bench/', root);

const options = parseOptions(process.argv.slice(2));
await installPeers();
const samples = await measure(options);
await mkdir(RESULTS, { recursive: true });
await writeFile(new URL('samples.json', RESULTS), JSON.stringify(samples, null, 1));
const results = new Results(samples);
console.log(report(results));
if (options.isForReadme) await writeReadme(results, options.effort);
for (const loss of losses(results)) {
  console.error(loss);
  process.exitCode = 1;
}

async function measure({ groups, workloads, rounds, effort }: BenchOptions): Promise<readonly Sample[]> {
  const places = new Places();
  const progress = new Progress();
  const load = await LoadGenerator.start();
  const found: Sample[] = [];
  try {
    for (let number = 1; number <= rounds; number += 1) {
      progress.beginRound(number, rounds);
      for (const group of groups) {
        found.push(...(await new Round(group, number, places, { load, effort }, progress).run(workloads)));
      }
    }
  } finally {
    // First, since servers do not keep this process alive until they have ended, and the generator does.
    await places.dispose();
    await load.end();
  }
  return found;
}
