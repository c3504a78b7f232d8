import { parseArgs } from 'node:util';
import { groups, type Group } from './contenders.js';
import { CHECK, FULL, SHORT, type Effort } from './effort.js';
import { cleanUp } from './workloads/clean-up.js';
import { comparedWorkloads, type ComparedWorkload } from './workloads/compared.js';
import { contention } from './workloads/contention.js';
import { growth } from './workloads/growth.js';
import type { Workload } from './workloads/workload.js';

export interface BenchOptions {
  readonly groups: readonly Group[];
  readonly compared: readonly ComparedWorkload[];
  readonly workloads: readonly Workload[];
  readonly effort: Effort;
  /** Whether the figures go into the page about performance. */
  readonly isForPage: boolean;
}

const workloads: readonly Workload[] = [contention, growth, cleanUp];
const all = [...comparedWorkloads, ...workloads];

const HELP = `npm run bench -- [options]
  --store memory,file       of ${groups.map(({ name }) => name).join(', ')}
  --workload read-object    of ${all.map(({ name }) => name).join(', ')}
  --pairs 18                pairs of slices for each figure, over all starts
  --starts 3                how often both applications are started
  --rounds 1                how often ${workloads.map(({ name }) => name).join(', ')} are measured
  --short                   some minutes, less exact
  --check                   a minute: whether all runs, and ours loses nothing under contention; its figures say nothing
  --write                   writes the figures into docs/performance.md`;

export function parseOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      store: { type: 'string' },
      workload: { type: 'string' },
      pairs: { type: 'string' },
      starts: { type: 'string' },
      rounds: { type: 'string' },
      short: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    process.exit();
  }
  const effort = values.check ? CHECK : values.short ? SHORT : FULL;
  const wanted = named(all, values.workload);
  const chosen = named(groups, values.store);
  return {
    groups: values.check ? chosen.map(withoutPeersAlone) : chosen,
    compared: comparedWorkloads.filter((workload) => wanted.includes(workload)),
    workloads: workloads.filter((workload) => wanted.includes(workload)),
    effort: {
      ...effort,
      starts: wholeNumber('starts', values.starts) ?? effort.starts,
      pairs: wholeNumber('pairs', values.pairs) ?? effort.pairs,
      rounds: wholeNumber('rounds', values.rounds) ?? effort.rounds,
    },
    isForPage: values.write,
  };
}

/** That they run shows in the comparison; what they lose is up to them. */
function withoutPeersAlone(group: Group): Group {
  return { ...group, contenders: group.contenders.filter(({ kind }) => kind === 'ours') };
}

/** @throws Error when one of the names is none. */
function named<Named extends { readonly name: string }>(known: readonly Named[], text?: string): readonly Named[] {
  const names = text?.split(',').map((name) => name.trim().toLowerCase());
  const found = known.filter(({ name }) => names === undefined || names.includes(name.toLowerCase()));
  if (names !== undefined && found.length < names.length) {
    throw new Error(`Not all of ${names.join(', ')} are there.\n${HELP}`);
  }
  return found;
}

function wholeNumber(name: string, text?: string): number | undefined {
  if (text !== undefined && !/^[1-9]\d*$/.test(text)) {
    throw new Error(`--${name} takes a whole number, as in "--${name} 3", and was given "${text}".`);
  }
  return text === undefined ? undefined : Number(text);
}
