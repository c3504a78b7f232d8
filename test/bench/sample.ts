/** What one measurement found, as far as it looked. */
export interface Figures {
  /** Microseconds of the process for one request. */
  readonly cpu?: number;
  /** Requests in a second. */
  readonly rate?: number;
  /** Milliseconds. */
  readonly p50?: number;
  /** Milliseconds. */
  readonly p99?: number;
  /** Commands or statements that the store's server has seen for one request. */
  readonly trips?: number;
  /** Of the updates that were acknowledged, the share that is not there afterwards. */
  readonly lost?: number;
  /** Milliseconds. */
  readonly longestBlock?: number;
  /** Milliseconds. */
  readonly took?: number;
  /** Bytes. */
  readonly peakMemory?: number;
}

export interface Sample {
  readonly group: string;
  readonly contender: string;
  readonly kind: 'floor' | 'peer' | 'ours';
  readonly round: number;
  readonly workload: string;
  readonly figures: Figures;
}
