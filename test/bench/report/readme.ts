import { readFile, writeFile } from 'node:fs/promises';
import { root } from '../root.js';
import { cpuPlot } from './cpu-plot.js';
import { AT_A_TIME } from '../workloads/contention.js';
import type { Effort } from '../workloads/workload.js';
import { number } from './format.js';
import type { Results } from './results.js';
import { cleanUpTable, contentionTable, cpuTable, growthTable } from './tables.js';

const BEGIN = '<!-- figures of npm run bench -->';
const END = '<!-- end of the figures -->';
const PLOT = 'test/bench/cpu-per-request.svg';

/** Puts the figures between the marks of the README, and the plot beside the benchmark. */
export async function writeReadme(results: Results, effort: Effort): Promise<void> {
  const file = new URL('README.md', root);
  await writeFile(file, withFigures(await readFile(file, 'utf8'), figures(results, effort)));
  await writeFile(new URL(PLOT, root), cpuPlot(results));
}

/** @throws Error when the marks are not there. */
export function withFigures(readme: string, text: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The README has no "${BEGIN}" and "${END}" any more.`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${readme.slice(end)}`;
}

function figures(results: Results, { increments, cleanUp }: Effort): string {
  return [
    `![CPU per request, as a multiple of a bare Nest handler](${PLOT})`,
    ...results.groups.flatMap((group) => [`**${group}**`, cpuTable(results, group)]),
    `${number(increments, 0)} increments of one session, ${AT_A_TIME} at a time:`,
    contentionTable(results),
    `The clean-up of ${number(cleanUp / 2, 0)} expired sessions among ${number(cleanUp, 0)}, while requests come:`,
    cleanUpTable(results),
    'CPU per request in µs, by the number of stored sessions:',
    growthTable(results),
  ].join('\n\n');
}
