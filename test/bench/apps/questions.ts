/** What the benchmark asks an application that it measures, one question at a time. */
export type Question =
  | { readonly ask: 'usage' }
  | { readonly ask: 'fill'; readonly count: number; readonly areExpired: boolean }
  | { readonly ask: 'clean up' };

/** What the process has used since it started. */
export interface Usage {
  /** Microseconds of all its threads, in user and system mode. */
  readonly cpu: number;
  /** Bytes, the most that it ever had. */
  readonly peakMemory: number;
}

export interface CleanUp {
  /** Milliseconds. */
  readonly took: number;
  /** Milliseconds: how long nothing else could run, at worst. */
  readonly longestBlock: number;
}

export interface Answers {
  readonly usage: Usage;
  readonly fill: null;
  readonly 'clean up': CleanUp;
}
