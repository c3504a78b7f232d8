import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import type { SweepBatch } from '../../lib/interfaces/store-abilities.interface.js';
import { fileStoreOn } from '../support/stores/file-store-on.js';
import { proxiedDatabase } from '../support/servers/proxied-servers.js';
import { tryPostgres } from '../support/stores/postgres-trial.js';
import { temporaryDirectory } from '../support/basics/temporary-directory.js';

const SESSIONS = 400;
const HOUR = 3_600_000;

/** How many were removed; after `afterBatch` the process goes wrong. */
async function cleanUp(
  { sweep }: { sweep: () => AsyncGenerator<SweepBatch> },
  afterBatch: () => unknown = () => undefined,
): Promise<number> {
  let sum = 0;
  for await (const { removed, errors = [] } of sweep()) {
    expect(errors).toEqual([]);
    sum += removed;
    await afterBatch();
  }
  return sum;
}

function total(outcomes: readonly PromiseSettledResult<number>[]): number {
  return outcomes.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0);
}

describe('Eight clean-ups at once, of which one fails in the middle', () => {
  it('remove each session of a FileStore once, and leave none', async () => {
    const directory = await temporaryDirectory();
    const started = await Promise.all(Array.from({ length: 8 }, () => fileStoreOn(directory)));
    const [{ store, clock }] = started as [(typeof started)[0]];
    const record = { data: '{}', createdAt: clock.now(), expiresAt: clock.now() + HOUR };
    for (let n = 0; n < SESSIONS; n += 1) {
      await store.create({ id: randomBytes(32).toString('base64url'), record });
    }
    for (const { clock } of started) clock.advance(HOUR);

    let removedByTheOneThatFails = 0;
    const [failed, ...others] = await Promise.allSettled(
      started.map(({ store }, n) => {
        const sweep = (): AsyncGenerator<SweepBatch> => store.sweep({ batchSize: 10 });
        if (n > 0) return cleanUp({ sweep });
        const counting = async function* (): AsyncGenerator<SweepBatch> {
          for await (const batch of sweep()) {
            removedByTheOneThatFails += batch.removed;
            yield batch;
          }
        };
        return cleanUp({ sweep: counting }, () => Promise.reject(new Error('fails')));
      }),
    );
    expect(failed?.status).toBe('rejected');
    expect(removedByTheOneThatFails + total(others)).toBe(SESSIONS);
    expect((await readdir(directory, { recursive: true })).filter((name) => name.includes('/'))).toEqual([]);
  });

  it('leave no session in PostgreSQL, when the one that fails has its turn and loses its server', async () => {
    const { database, proxy, url } = await proxiedDatabase();
    await database.query(
      `INSERT INTO nestjs_sessions (id, data, version, created_at, expires_at)
       SELECT 'expired ' || n, '{}', gen_random_uuid(), now(), now() - interval '1 hour' FROM generate_series(1, ${SESSIONS}) n`,
    );
    const failing = await tryPostgres({ connectionString: url });
    const others = await Promise.all(Array.from({ length: 7 }, () => tryPostgres({ connectionString: database.url })));
    const batches = { batchSize: 10 };

    const failed = cleanUp({ sweep: () => failing.store.sweep(batches) }, async () => {
      await proxy.setMode('refuse');
      proxy.killAll();
    });
    await expect(failed).rejects.toThrow('PostgreSQL failed');
    const outcomes = await Promise.allSettled(
      others.map(({ store }) => cleanUp({ sweep: () => store.sweep(batches) })),
    );
    expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(total(outcomes)).toBe(SESSIONS - 10);
    expect(await database.query('SELECT FROM nestjs_sessions')).toEqual([]);
    await Promise.all([failing, ...others].map(({ store }) => store.close()));
    proxy.close();
    await database.drop();
  });
});
