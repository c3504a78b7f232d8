import type { Figures } from '../sample.js';
import type { Subject } from '../subject.js';
import type { Tools, Workload } from './workload.js';

const CONNECTIONS = 16;

/** The same request, again and again, by many visitors. */
export function steady(name: string, path: string, isNewVisitor = false): Workload {
  return {
    name,
    isFor: ({ kind }) => kind !== 'floor' || path === '/plain',
    isAlone: false,
    measure: async (subject, tools) => {
      const cookies = isNewVisitor ? [] : subject.cookies;
      return [{ name, figures: await figuresOf(subject, tools, path, cookies) }];
    },
  };
}

export async function figuresOf(
  subject: Subject,
  { load, effort }: Tools,
  path: string,
  cookies: readonly string[],
): Promise<Figures> {
  const request = { port: subject.port, path, cookies, connections: CONNECTIONS };
  await load.run({ ...request, requests: effort.warmUp });
  const tripsBefore = await subject.trips();
  const before = await subject.ask({ ask: 'usage' });
  const { requests, took, p50, p99 } = await load.run({ ...request, requests: effort.requests });
  const { cpu, peakMemory } = await subject.ask({ ask: 'usage' });
  const trips = await subject.trips();
  return {
    cpu: (cpu - before.cpu) / requests,
    rate: (requests / took) * 1_000,
    p50,
    p99,
    peakMemory,
    ...(trips !== undefined && tripsBefore !== undefined && { trips: (trips - tripsBefore) / requests }),
  };
}
