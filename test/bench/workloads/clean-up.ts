import { percentile } from '../report/statistics.js';
import type { Workload } from './workload.js';

const CONNECTIONS = 4;

/** Removes what has expired, while requests come. */
export const cleanUp: Workload = {
  name: 'clean-up',
  isFor: ({ cleansUp }) => cleansUp,
  measure: async (subject, { load, effort }) => {
    await subject.ask({ ask: 'fill', count: effort.cleanUp / 2, areExpired: false });
    await subject.ask({ ask: 'fill', count: effort.cleanUp / 2, areExpired: true });
    const request = { port: subject.port, path: '/read-object', cookies: subject.cookies, connections: CONNECTIONS };
    await load.run({ ...request, requests: effort.warmUp });
    const loading = load.run(request);
    const { took, longestBlock } = await subject.ask({ ask: 'clean up' });
    load.stop();
    const { latencies } = await loading;
    // None is answered meanwhile when it takes no time.
    const p99 = latencies.length > 0 ? { p99: percentile(latencies, 0.99) } : {};
    return [{ name: 'clean-up', figures: { took, longestBlock, ...p99 } }];
  },
};
