/** How much is done. */
export interface Effort {
  /** Milliseconds for which one application is measured at a time. */
  readonly slice: number;
  /**
   * Requests of each workload before it is measured: the compiler has to find out first what a program does. A count and no time,
   * which is too short on a busy machine: what has more code would seem to be slower.
   */
  readonly warmUp: number;
  /** How often both applications of a duel are started. */
  readonly starts: number;
  /** Pairs of slices of a workload, over all starts. */
  readonly pairs: number;
  /** How often losses, growth and clean-up are measured. */
  readonly rounds: number;
  /** Whether each application does all that in one process, though what one leaves behind changes what the next one finds. */
  readonly isOneProcess: boolean;
  /** How many visitors come back. */
  readonly visitors: number;
  readonly increments: number;
  /** How many sessions are stored, from one step of the growth to the next. */
  readonly growth: readonly number[];
  /** How many sessions the clean-up finds; one half of them has expired. */
  readonly cleanUp: number;
}

export const FULL: Effort = {
  slice: 1_000,
  warmUp: 8_000,
  starts: 3,
  pairs: 18,
  rounds: 1,
  isOneProcess: false,
  visitors: 256,
  increments: 2_000,
  growth: [1_000, 10_000, 100_000],
  cleanUp: 100_000,
};

export const SHORT: Effort = {
  ...FULL,
  slice: 500,
  warmUp: 5_000,
  starts: 1,
  pairs: 6,
  growth: [1_000, 5_000],
  cleanUp: 4_000,
};

/** Tries that everything runs, and that nothing is lost. */
export const CHECK: Effort = {
  slice: 50,
  warmUp: 100,
  starts: 1,
  pairs: 1,
  rounds: 1,
  isOneProcess: true,
  visitors: 32,
  increments: 200,
  growth: [200, 400],
  cleanUp: 400,
};
