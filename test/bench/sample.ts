/** What one measurement of one application found, as far as it looked. */
export interface Figures {
  /** Microseconds of the process for one request. */
  readonly cpu?: number;
  /** Requests in a second. */
  readonly rate?: number;
  /** Milliseconds. */
  readonly p99?: number;
  /** Of the updates that were acknowledged, the share that is not there afterwards. */
  readonly lost?: number;
  /** Milliseconds. */
  readonly longestBlock?: number;
  /** Milliseconds. */
  readonly took?: number;
}

export interface Sample {
  readonly group: string;
  readonly contender: string;
  readonly kind: 'floor' | 'peer' | 'ours';
  readonly round: number;
  readonly workload: string;
  readonly figures: Figures;
}
