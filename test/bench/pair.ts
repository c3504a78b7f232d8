import type { Slice } from './slice.js';

/** Two slices that were measured one after the other. */
export interface Pair {
  readonly duel: string;
  readonly workload: string;
  readonly start: number;
  readonly ours: Slice;
  readonly theirs: Slice;
}
