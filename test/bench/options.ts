import { parseArgs } from 'node:util';
import { groups, type Group } from './contenders.js';
import type { Effort, Workload } from './workloads/workload.js';
import { workloads } from './workloads/workloads.js';

export interface BenchOptions {
  readonly groups: readonly Group[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly effort: Effort;
  /** Whether the figures go into the README. */
  readonly isForReadme: boolean;
}

export const HELP = `npm run bench -- [options]
  --stores memory,file      of ${groups.map(({ name }) => name).join(', ')}
  --workloads read-only     of ${workloads.map(({ name }) => name).join(', ')}
  --rounds 5                how often everything is measured
  --short                   one round of a few minutes, less exact; without it one takes half an hour
  --check                   a minute: whether everything runs, and nothing is lost under contention; its figures say nothing
  --readme                  writes the figures into the README`;

const FULL: Effort = {
  isCheck: false,
  visitors: 256,
  warmUp: 5_000,
  slices: 20,
  requests: 300,
  increments: 2_000,
  growth: [1_000, 10_000, 100_000],
  cleanUp: 100_000,
};
const SHORT: Effort = {
  ...FULL,
  warmUp: 3_000,
  slices: 10,
  requests: 100,
  growth: [1_000, 5_000],
  cleanUp: 4_000,
};
const CHECK: Effort = {
  isCheck: true,
  visitors: 32,
  warmUp: 100,
  slices: 1,
  requests: 100,
  increments: 200,
  growth: [200, 400],
  cleanUp: 400,
};

export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      stores: { type: 'string' },
      workloads: { type: 'string' },
      rounds: { type: 'string' },
      short: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      readme: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit();
  }
  const usual = values.check || values.short ? 1 : 5;
  return {
    groups: named(groups, values.stores?.split(',')),
    workloads: named(workloads, values.workloads?.split(',')),
    rounds: values.rounds === undefined ? usual : Number(values.rounds),
    effort: values.check ? CHECK : values.short ? SHORT : FULL,
    isForReadme: values.readme,
  };
}

/** @throws Error when one of the names is none. */
function named<Named extends { readonly name: string }>(
  all: readonly Named[],
  names: readonly string[] | undefined,
): readonly Named[] {
  const wanted = names?.map((name) => name.trim().toLowerCase());
  const found = all.filter(({ name }) => wanted === undefined || wanted.includes(name.toLowerCase()));
  if (wanted !== undefined && found.length < wanted.length) {
    throw new Error(`Not all of ${wanted.join(', ')} are there.\n${HELP}`);
  }
  return found;
}
