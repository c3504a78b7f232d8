import { measureSlice, send, type Request } from '../slice.js';
import type { Measured, Workload } from './workload.js';

const SLICES = 3;
const REQUESTS: readonly Request[] = [
  { path: '/read-object', isNewVisitor: false },
  { path: '/locked-change', isNewVisitor: false },
];

/** The same requests while more and more sessions are stored. */
export const growth: Workload = {
  name: 'growth',
  isFor: () => true,
  measure: async (subject, { load, effort }) => {
    for (const request of REQUESTS) {
      await send(subject, request, load, { requests: effort.warmUp });
    }
    const measured: Measured[] = [];
    let stored = 0;
    for (const goal of effort.growth) {
      await subject.ask({ ask: 'fill', count: goal - stored, areExpired: false });
      stored = goal;
      for (const request of REQUESTS) {
        const { cpu } = await measureSlice(subject, request, load, effort.slice * SLICES);
        measured.push({ name: `${request.path.slice(1)} with ${goal} stored`, figures: { cpu } });
      }
    }
    return measured;
  },
};
