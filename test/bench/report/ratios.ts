import type { Pair } from '../pair.js';
import type { Slice } from '../slice.js';
import { median, quantile } from './statistics.js';

/** Ours divided by theirs, over all pairs of slices. */
export interface Ratio {
  readonly median: number;
  /** The quartiles. */
  readonly low: number;
  readonly high: number;
  /** Whether the quartiles straddle 1: then nothing is said about which is less. */
  readonly isLevel: boolean;
}

/** The pairs that were measured, to be asked for one duel and one workload at a time. */
export class Ratios {
  constructor(private readonly pairs: readonly Pair[]) {}

  get duels(): readonly string[] {
    return [...new Set(this.pairs.map(({ duel }) => duel))];
  }

  has(workload: string): boolean {
    return this.pairs.some((pair) => pair.workload === workload);
  }

  count(duel: string, workload: string): number {
    return this.#of(duel, workload).length;
  }

  ratio(duel: string, workload: string, name: 'cpu' | 'p99'): Ratio | undefined {
    const values = this.#of(duel, workload).map(({ ours, theirs }) => ours[name] / theirs[name]);
    if (values.length === 0) {
      return undefined;
    }
    const [low, high] = [quantile(values, 0.25), quantile(values, 0.75)];
    return { median: median(values), low, high, isLevel: low <= 1 && high >= 1 };
  }

  /** The median of all slices of one side, to tell what is compared. */
  middle(duel: string, workload: string, side: 'ours' | 'theirs', name: keyof Slice): number | undefined {
    const values = this.#of(duel, workload)
      .map((pair) => pair[side][name])
      .filter((value) => value !== undefined);
    return values.length === 0 ? undefined : median(values);
  }

  #of(duel: string, workload: string): readonly Pair[] {
    return this.pairs.filter((pair) => pair.duel === duel && pair.workload === workload);
  }
}
