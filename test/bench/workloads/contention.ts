import { percentile } from '../report/statistics.js';
import type { Figures } from '../sample.js';
import type { Subject } from '../subject.js';
import type { Measured, Tools, Workload } from './workload.js';

export const AT_A_TIME = 20;

/** Many requests count up one session; what is missing in the end was acknowledged and is lost. */
export const contention: Workload = {
  name: 'contention',
  isFor: ({ kind }) => kind !== 'floor',
  isAlone: false,
  measure: async (subjects, tools) => {
    const measured: Measured[] = [];
    for (const subject of subjects) {
      measured.push({ contender: subject.contender, name: 'contention', figures: await countUp(subject, tools) });
    }
    return measured;
  },
};

async function countUp({ port, cookies }: Subject, { load, effort: { increments } }: Tools): Promise<Figures> {
  const cookie = cookies[0] ?? '';
  const before = await visits(port, cookie);
  const request = { port, path: '/locked-changed', cookies: [cookie], connections: AT_A_TIME };
  const { took, latencies } = await load.run({ ...request, requests: increments });
  const counted = (await visits(port, cookie)) - before;
  return {
    lost: (increments - counted) / increments,
    rate: (increments / took) * 1_000,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
  };
}

async function visits(port: number, cookie: string): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${port}/read-only`, { headers: { cookie } });
  return ((await reply.json()) as { visits: number }).visits;
}
