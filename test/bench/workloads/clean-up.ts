import { percentile } from '../report/statistics.js';
import type { Figures } from '../sample.js';
import type { Subject } from '../subject.js';
import type { Measured, Tools, Workload } from './workload.js';

const CONNECTIONS = 4;

/** Removes what has expired, while requests come. */
export const cleanUp: Workload = {
  name: 'clean-up',
  isFor: ({ cleansUp }) => cleansUp,
  isAlone: true,
  measure: async (subjects, tools) => {
    const measured: Measured[] = [];
    for (const subject of subjects) {
      measured.push({ contender: subject.contender, name: 'clean-up', figures: await cleanUpOf(subject, tools) });
    }
    return measured;
  },
};

async function cleanUpOf(subject: Subject, { load, effort }: Tools): Promise<Figures> {
  await subject.ask({ ask: 'fill', count: effort.cleanUp / 2, areExpired: false });
  await subject.ask({ ask: 'fill', count: effort.cleanUp / 2, areExpired: true });
  const request = { port: subject.port, path: '/read-only', cookies: subject.cookies, connections: CONNECTIONS };
  await load.run({ ...request, requests: effort.warmUp });
  const loading = load.run(request);
  const { took, longestBlock } = await subject.ask({ ask: 'clean up' });
  load.stop();
  const { latencies } = await loading;
  return { took, longestBlock, p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}
