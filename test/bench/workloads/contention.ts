import type { Workload } from './workload.js';

export const AT_A_TIME = 20;

/** Many requests count up one amount of one session; what is missing in the end was acknowledged and is lost. */
export const contention: Workload = {
  name: 'contention',
  isFor: () => true,
  measure: async ({ port, cookies }, { load, effort: { increments } }) => {
    const cookie = cookies[0] ?? '';
    const before = await amount(port, cookie);
    const request = { port, path: '/locked-change', cookies: [cookie], connections: AT_A_TIME };
    const { took } = await load.run({ ...request, requests: increments });
    const counted = (await amount(port, cookie)) - before;
    const figures = { lost: (increments - counted) / increments, rate: (increments / took) * 1_000 };
    return [{ name: 'contention', figures }];
  },
};

async function amount(port: number, cookie: string): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${port}/read-object`, { headers: { cookie } });
  return ((await reply.json()) as { amount: number }).amount;
}
