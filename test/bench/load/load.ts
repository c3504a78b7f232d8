/** What the load generator is told to do. */
export interface Load {
  readonly port: number;
  readonly path: string;
  /** `Cookie` headers, dealt out to the connections, each of which takes its own in turn; none for visitors without one. */
  readonly cookies: readonly string[];
  /** How many requests are under way at a time. */
  readonly connections: number;
  /** After so many none is begun. */
  readonly requests?: number;
  /** After so many milliseconds none is begun; without this and `requests`, when the generator is stopped. */
  readonly duration?: number;
}

export interface LoadResult {
  /** Milliseconds, from the first request to the last response. */
  readonly took: number;
  /** Milliseconds, of each request. */
  readonly latencies: readonly number[];
}
