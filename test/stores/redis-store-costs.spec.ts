import { written } from '../../lib/testing/contract/harness.js';
import { type OwnRedisTrial, tryOwnRedis } from '../support/stores/redis-trial.js';

/*
 * What a session costs the server. `NESTJS_SESSIONS_FIGURES=1 npm test -- test/stores/redis-store-costs` prints the rows of
 * docs/stores/redis.md: memory, and CPU time of the server's main thread.
 */

const SESSIONS = 4_096;
/** As on a server that has something to do. */
const AT_ONCE = 64;
/** Bytes beside the data: the header, the key, and what Redis needs for both and for the expiry. */
const MOST_BESIDE = 3_000;

describe.each([100, 1_000, 8_000])('RedisStore, a session of %p bytes', (size) => {
  let tried: OwnRedisTrial;
  beforeAll(async () => {
    tried = await tryOwnRedis();
  });
  afterAll(() => tried.close());

  const memoryOf = async (id: string): Promise<number> =>
    Number(await tried.redis.memory('USAGE', tried.prefix + id, 'SAMPLES', 0));

  it('needs as much memory while it is locked, and no more when it has been saved again and again', async () => {
    const { trial, store } = tried;
    const { id, record } = await trial.given('x'.repeat(size));
    const memory = await memoryOf(id);
    expect(memory - size).toBeLessThan(MOST_BESIDE);
    for (let times = 0; times < 10; times += 1) {
      const { version, token } = await trial.lock(id);
      expect(await memoryOf(id)).toBe(memory);
      written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    }
    expect(await memoryOf(id)).toBe(memory);
  });

  if (process.env['NESTJS_SESSIONS_FIGURES'] !== undefined) {
    it('costs so much', async () => {
      const { trial, store } = tried;
      const before = await memory();
      const many = await Promise.all(Array.from({ length: SESSIONS }, () => trial.given('x'.repeat(size))));
      const bytes = Math.round(((await memory()) - before) / SESSIONS);
      const costOf = async (work: (stored: (typeof many)[number]) => Promise<unknown>): Promise<string> => {
        const before = await cpu();
        for (let from = 0; from < SESSIONS; from += AT_ONCE)
          await Promise.all(many.slice(from, from + AT_ONCE).map(work));
        return `${(((await cpu()) - before) / SESSIONS).toFixed(0)} us`;
      };
      const row = [
        `${size} B`,
        `${bytes} B`,
        await costOf(({ id }) => trial.found(id)),
        await costOf(async ({ id, record }) => {
          const { version, token } = await trial.lock(id);
          written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
        }),
        await costOf(({ id }) => trial.isFree(id)),
      ];
      process.stderr.write(`| ${row.join(' | ')} |\n`);
    });
  }

  async function memory(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await tried.redis.info('memory'))?.[1]);
  }

  /** Microseconds. */
  async function cpu(): Promise<number> {
    const info = await tried.redis.info('cpu');
    const seconds = ['user', 'sys'].map((kind) =>
      Number(new RegExp(`^used_cpu_${kind}_main_thread:(\\S+)`, 'm').exec(info)?.[1]),
    );
    return 1e6 * seconds.reduce((sum, second) => sum + second, 0);
  }
});
