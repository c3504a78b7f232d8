import { Browser } from '../../support/http/browser.js';
import { often } from '../../support/models/long-form.js';

const CLIENTS = 5;
const VISITS = often(30);

export interface VisitsOutcome {
  /** As the session has counted them. */
  readonly visits: number;
  /** Those that were told so. */
  readonly refused: number;
}

/** When none is lost. */
export const ALL_VISITS: VisitsOutcome = { visits: 1 + CLIENTS * VISITS, refused: 0 };

/** How many were acknowledged and are not there. */
export function lostVisits({ visits, refused }: VisitsOutcome): number {
  return ALL_VISITS.visits - refused - visits;
}

/** One visitor whose browser has many requests under way, over all of the processes. */
export async function visitOften(urls: readonly string[], route: string): Promise<VisitsOutcome> {
  const [first = ''] = urls;
  const visitor = new Browser(first);
  await visitor.post('/visits');
  const clients = Array.from({ length: CLIENTS }, (_, n) => visitor.at(urls[n % urls.length] ?? first));
  let refused = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (let n = 0; n < VISITS; n += 1) {
        const { status } = await client.post(route);
        if (status !== 201) refused += 1;
      }
    }),
  );
  const { visits } = (await visitor.get('/session')).json<{ visits: number }>();
  return { visits, refused };
}
