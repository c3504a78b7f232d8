import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { ManualClock } from 'nestjs-sessions/testing';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { assertOneOf, oneAfterAnother } from '../support/models/linearizability.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { seededRandom } from '../support/models/seeded-random.js';
import { SlowBackend } from '../support/stores/slow-backend.js';
import { arrange, observe, OPERATIONS, type Situation, SITUATIONS } from '../support/models/store-model.js';

const SEEDS = 200;

/*
 * However long the backend takes for what, operations of one process that run at the same time end as if they had run one
 * after the other: their answers, and what is stored afterwards, are those of the memory store in one of the orders.
 */
describe('CacheManagerStore, three operations at the same time', () => {
  it.each(SITUATIONS)('end as if they had run one after the other, on a session that is %s', async (situation) => {
    for (let seed = 1; seed <= SEEDS; seed += 1) await tryRandomPaces(situation, seed);
  });
});

async function tryRandomPaces(situation: Situation, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const operations = [pick(OPERATIONS), pick(OPERATIONS), pick(OPERATIONS)];
  const clock = new ManualClock();
  const cache = createCache({ stores: [new Keyv({ store: new SlowBackend(random) })] });
  const store = new CacheManagerStore({ cache });
  await store.start({ clock, logger: new RecordingLogger() });
  const version = await arrange(store, situation, clock);
  const answers = await Promise.all(
    operations.map(async ({ run }) => {
      for (let turns = Math.floor(random() * 8); turns > 0; turns -= 1) await nextTurn();
      return run(store, version);
    }),
  );
  const outcome = { answers, end: await observe(store) };
  const story = `seed ${seed}: ${operations.map(({ name }) => name).join(' | ')}`;
  assertOneOf(outcome, await oneAfterAnother(situation, operations), story);
}
