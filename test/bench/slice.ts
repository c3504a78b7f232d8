import type { LoadGenerator } from './load/load-generator.js';
import type { Load, LoadResult } from './load/load.js';
import { percentile } from './report/statistics.js';
import type { Subject } from './subject.js';

const CONNECTIONS = 16;

/** What is asked again and again, by many visitors. */
export interface Request {
  readonly path: string;
  readonly isNewVisitor: boolean;
}

/** What one application did in one slice of time. */
export interface Slice {
  /** Microseconds of the process for one request. */
  readonly cpu: number;
  /** Requests in a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Bytes: the most that the process ever had. */
  readonly peakMemory: number;
  /** Commands or statements that the store's server has seen for one request. */
  readonly trips?: number;
}

export async function measureSlice(
  subject: Subject,
  request: Request,
  load: LoadGenerator,
  duration: number,
): Promise<Slice> {
  const tripsBefore = await subject.trips();
  const before = await subject.ask({ ask: 'usage' });
  const { latencies, took } = await send(subject, request, load, { duration });
  const { cpu, peakMemory } = await subject.ask({ ask: 'usage' });
  const trips = await subject.trips();
  const requests = latencies.length;
  return {
    cpu: (cpu - before.cpu) / requests,
    rate: (requests / took) * 1_000,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    peakMemory,
    ...(trips !== undefined && tripsBefore !== undefined && { trips: (trips - tripsBefore) / requests }),
  };
}

/** Requests, so many or for so many milliseconds. */
export function send(
  { port, cookies }: Subject,
  { path, isNewVisitor }: Request,
  load: LoadGenerator,
  limit: Pick<Load, 'requests' | 'duration'>,
): Promise<LoadResult> {
  return load.run({ port, path, cookies: isNewVisitor ? [] : cookies, connections: CONNECTIONS, ...limit });
}
