import type { Figures, Sample } from '../sample.js';
import { median } from './statistics.js';

/** A figure over the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export type FigureName = keyof Figures;

/** Everything that was measured, to be asked for one contender and one workload at a time. */
export class Results {
  constructor(private readonly samples: readonly Sample[]) {}

  get groups(): readonly string[] {
    return distinct(this.samples.map(({ group }) => group));
  }

  contenders(group: string, kind?: Sample['kind']): readonly string[] {
    const found = this.samples.filter((sample) => sample.group === group && (!kind || sample.kind === kind));
    return distinct(found.map(({ contender }) => contender));
  }

  workloads(group: string): readonly string[] {
    return distinct(this.#of(group).map(({ workload }) => workload));
  }

  figure(group: string, contender: string, workload: string, name: FigureName): Spread | undefined {
    return spreadOf(this.#of(group, contender, workload).map(({ figures }) => figures[name]));
  }

  /** The share of the updates that was lost under contention, over all stores. */
  lost(kind: Sample['kind']): Spread | undefined {
    return spreadOf(this.samples.filter((sample) => sample.kind === kind).map(({ figures }) => figures.lost));
  }

  #of(group: string, contender?: string, workload?: string): readonly Sample[] {
    return this.samples.filter(
      (sample) =>
        sample.group === group &&
        (contender === undefined || sample.contender === contender) &&
        (workload === undefined || sample.workload === workload),
    );
  }
}

function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return { median: median(known), least: Math.min(...known), most: Math.max(...known) };
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}
