import type { LoadResult } from '../load/load.js';
import { percentile } from '../report/statistics.js';
import type { Figures } from '../sample.js';
import type { Subject } from '../subject.js';
import type { Measured, Tools, Workload } from './workload.js';

const CONNECTIONS = 16;
export const PLAIN = '/plain';

/** What is asked again and again, by many visitors. */
interface SteadyRequest {
  readonly path: string;
  readonly isNewVisitor: boolean;
}

export function steady(name: string, path: string, isNewVisitor = false): Workload {
  const request: SteadyRequest = { path, isNewVisitor };
  return {
    name,
    isFor: () => true,
    isAlone: false,
    measure: async (subjects, tools) => {
      await warmUp(request, subjects, tools);
      return measureRequest(name, request, subjects, tools);
    },
  };
}

/** The compiler takes some thousand requests to find out what a program does. */
export async function warmUp(request: SteadyRequest, subjects: readonly Subject[], tools: Tools): Promise<void> {
  for (const subject of subjects) await send(request, subject, tools.effort.warmUp, tools);
}

/**
 * In slices, turn and turn about, each time beginning with another one: what disturbs one application for a while disturbs the
 * others as much, and to come last costs something too. The floor does beside each workload what a handler does without one.
 */
export async function measureRequest(
  name: string,
  request: SteadyRequest,
  subjects: readonly Subject[],
  tools: Tools,
): Promise<readonly Measured[]> {
  const { slices, requests } = tools.effort;
  const meters = subjects.map((subject) => new Meter(subject));
  for (let slice = 0; slice < slices; slice += 1) {
    const first = slice % meters.length;
    for (const meter of [...meters.slice(first), ...meters.slice(0, first)]) {
      await meter.measure(() => send(request, meter.subject, requests, tools));
    }
  }
  return meters.map((meter) => ({ contender: meter.subject.contender, name, figures: meter.figures() }));
}

function send(
  { path, isNewVisitor }: SteadyRequest,
  { contender, port, cookies }: Subject,
  requests: number,
  { load }: Tools,
): Promise<LoadResult> {
  return load.run({
    port,
    path: contender.kind === 'floor' ? PLAIN : path,
    cookies: isNewVisitor ? [] : cookies,
    connections: CONNECTIONS,
    requests,
  });
}

/** Adds up what the slices of one application cost. */
class Meter {
  readonly #latencies: number[] = [];
  #cpu = 0;
  #took = 0;
  #trips: number | undefined = 0;
  #peakMemory = 0;

  constructor(readonly subject: Subject) {}

  async measure(work: () => Promise<LoadResult>): Promise<void> {
    const tripsBefore = await this.subject.trips();
    const before = await this.subject.ask({ ask: 'usage' });
    const { latencies, took } = await work();
    const { cpu, peakMemory } = await this.subject.ask({ ask: 'usage' });
    const trips = await this.subject.trips();
    this.#latencies.push(...latencies);
    this.#cpu += cpu - before.cpu;
    this.#took += took;
    this.#trips =
      trips === undefined || tripsBefore === undefined ? undefined : (this.#trips ?? 0) + trips - tripsBefore;
    this.#peakMemory = peakMemory;
  }

  figures(): Figures {
    const requests = this.#latencies.length;
    return {
      cpu: this.#cpu / requests,
      rate: (requests / this.#took) * 1_000,
      p50: percentile(this.#latencies, 0.5),
      p99: percentile(this.#latencies, 0.99),
      peakMemory: this.#peakMemory,
      ...(this.#trips !== undefined && { trips: this.#trips / requests }),
    };
  }
}
