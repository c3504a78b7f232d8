import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Effort } from '../effort.js';
import { root } from '../root.js';
import { AT_A_TIME } from '../workloads/contention.js';
import { number } from './format.js';
import { bareLine, ratioTable } from './ratio-tables.js';
import type { Ratios } from './ratios.js';
import type { Results } from './results.js';

const BEGIN = '<!-- figures of npm run bench -->';
const END = '<!-- end of the figures -->';

/** Puts the figures between the marks of the page. */
export async function writePerformancePage(ratios: Ratios, results: Results, effort: Effort): Promise<void> {
  const file = new URL('docs/performance.md', root);
  await writeFile(file, withFigures(await readFile(file, 'utf8'), figures(ratios, results, effort)));
}

/** @throws Error when the marks are not there. */
function withFigures(page: string, text: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(`The page has no "${BEGIN}" and "${END}" any more.`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${page.slice(end)}`;
}

function figures(ratios: Ratios, results: Results, effort: Effort): string {
  return [ratioTable(ratios), bareLine(ratios), lossLine(results, effort.increments), basisLine(effort)]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

/** How far the figures can be trusted: one start of a process can be lucky. */
function basisLine({ pairs, starts }: Effort): string {
  const times = starts === 1 ? 'one start' : `${starts} starts`;
  return `Each figure: ${pairs} pairs of slices, ${times}, Node.js ${process.versions.node}, ${availableParallelism()} cores.`;
}

function lossLine(results: Results, increments: number): string | undefined {
  const [ours, theirs] = (['ours', 'peer'] as const).map((kind) => results.lost(kind));
  return (
    ours &&
    theirs &&
    `Of ${number(increments, 0)} increments of one session, ${AT_A_TIME} at a time, ours lost ${share(ours)}, ` +
      `and express-session, which has no locks, ${share(theirs)}.`
  );
}

function share({ least, most }: { readonly least: number; readonly most: number }): string {
  if (most === 0) {
    return 'none';
  }
  return `${number(least * 100, 0)} to ${number(most * 100, 0)} %`;
}
