import type { Workload } from './workload.js';

const AT_A_TIME = 20;

/** Many requests count up one session; what is missing in the end was acknowledged and is lost. */
export const contention: Workload = {
  name: 'contention',
  isFor: ({ kind }) => kind !== 'floor',
  isAlone: false,
  measure: async (subject, { load, effort: { increments } }) => {
    const { port, cookies } = subject;
    const cookie = cookies[0] ?? '';
    const before = await visits(port, cookie);
    const { took, p50, p99 } = await load.run({
      port,
      path: '/locked-changed',
      cookies: [cookie],
      connections: AT_A_TIME,
      requests: increments,
    });
    const counted = (await visits(port, cookie)) - before;
    const figures = { lost: (increments - counted) / increments, rate: (increments / took) * 1_000, p50, p99 };
    return [{ name: 'contention', figures }];
  },
};

async function visits(port: number, cookie: string): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${port}/read-only`, { headers: { cookie } });
  return ((await reply.json()) as { visits: number }).visits;
}
