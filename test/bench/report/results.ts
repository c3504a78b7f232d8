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

  /** How many rounds there were. */
  get rounds(): number {
    return distinct(this.samples.map(({ round }) => round)).length;
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

  /** CPU per request divided by the other's of the same round, in which both met the same machine. */
  ratio(group: string, contender: string, workload: string, other: string): Spread | undefined {
    const others = this.#of(group, other, workload);
    return spreadOf(
      this.#of(group, contender, workload).map(({ round, figures }) => {
        const beside = others.find((sample) => sample.round === round)?.figures.cpu;
        return figures.cpu === undefined || beside === undefined ? undefined : figures.cpu / beside;
      }),
    );
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
