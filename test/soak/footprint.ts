import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakApp } from './soak-app.js';

/** What a process occupies. */
export interface Footprint {
  /** Bytes after a garbage collection, those outside of the heap included. */
  readonly memory: number;
  /** Sessions that are locked or waited for. */
  readonly locks: number;
  /** Timers of the engine. */
  readonly timers: number;
  /** What keeps the event loop alive, as Node tells it. */
  readonly resources: number;
  readonly descriptors: number;
}

export type Part = keyof Footprint;

/** A leak of a hundred bytes for each session is found among twenty thousand of them. */
const MEMORY_SLACK = 2 * 1_024 * 1_024;
const SETTLING_TIME = 6_000;

/** Waits until nothing is left that time alone removes: sockets that close, and the timer that renews locks. */
export async function settledFootprint(app: SoakApp, base?: Footprint): Promise<Footprint> {
  const limit = performance.now() + SETTLING_TIME;
  let footprint = measure(app);
  while (performance.now() < limit && (base === undefined || excess(base, footprint).length > 0)) {
    await sleep(200);
    footprint = measure(app);
  }
  return footprint;
}

/** Where it has grown. */
export function excess(base: Footprint, now: Footprint): Part[] {
  const parts: Part[] = [];
  if (now.memory > base.memory + MEMORY_SLACK) parts.push('memory');
  for (const part of ['locks', 'timers', 'resources', 'descriptors'] as const) {
    if (now[part] > base[part]) parts.push(part);
  }
  return parts;
}

export function describeFootprint({ memory, locks, timers, resources, descriptors }: Footprint): string {
  return `${(memory / 1_024 / 1_024).toFixed(2)} MiB, ${locks} locks, ${timers} timers, ${resources} resources, ${descriptors} descriptors`;
}

function measure({ engine, clock }: SoakApp): Footprint {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('A soak needs node --expose-gc, as `npm run soak` has it.');
  // What the first one finalises, the second one frees.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return {
    memory: heapUsed + external,
    locks: engine.locks.size,
    timers: clock.openTimers,
    resources: process.getActiveResourcesInfo().length,
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
  };
}
