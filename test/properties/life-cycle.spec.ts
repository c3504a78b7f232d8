import fc from 'fast-check';
import { actions, LivedSessions, type Action } from '../support/lived-sessions.js';
import { holds } from '../support/property.js';
import { startRealStores, type RealStores } from '../support/real-stores.js';

const RUNS = { memory: 120, file: 15, PostgreSQL: 8, memcached: 8, 'cache-manager': 8 };

describe('The life of sessions goes by the model, whatever two visitors do in several requests at a time,', () => {
  let stores: RealStores;
  beforeAll(async () => {
    stores = await startRealStores();
  });
  afterAll(() => stores.close());

  for (const [name, runs] of Object.entries(RUNS)) {
    holds(
      `on ${name}`,
      runs,
      fc.asyncProperty(fc.array(actions, { maxLength: 25, size: 'max' }), async (steps: readonly Action[]) => {
        const { store, isClockManual } = stores.all.find((one) => one.name === name)!;
        const lived = new LivedSessions(store, stores.clock, isClockManual);
        for (const step of steps) await lived.act(step);
        await lived.end();
      }),
    );
  }
});
