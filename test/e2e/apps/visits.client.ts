import { Browser } from '../../support/browser.js';

const CLIENTS = 5;
const VISITS = 30;

/** When none is lost. */
export const ALL_VISITS = 1 + CLIENTS * VISITS;

/** One visitor whose browser has many requests under way, over all of the processes. */
export async function visitOften(urls: readonly string[], route: string): Promise<number> {
  const [first = ''] = urls;
  const visitor = new Browser(first);
  await visitor.post('/visits');
  const clients = Array.from({ length: CLIENTS }, (_, n) => visitor.at(urls[n % urls.length] ?? first));
  const refused: number[] = [];
  await Promise.all(
    clients.map(async (client) => {
      for (let n = 0; n < VISITS; n += 1) {
        const { status } = await client.post(route);
        if (status !== 201) refused.push(status);
      }
    }),
  );
  expect(refused).toEqual([]);
  return (await visitor.get('/session')).json<{ visits: number }>().visits;
}
