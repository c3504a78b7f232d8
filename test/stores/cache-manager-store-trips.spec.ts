import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { ManualClock } from 'nestjs-sessions/testing';
import { written } from '../../lib/testing/contract/harness.js';
import { CountingBackend } from '../support/stores/counting-backend.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { trialOf } from '../support/stores/trial-of.js';

describe('CacheManagerStore, trips', () => {
  const backend = new CountingBackend();
  const clock = new ManualClock();
  const store = new CacheManagerStore({ cache: createCache({ stores: [new Keyv({ store: backend })] }) });
  const trial = trialOf(store, clock);
  beforeAll(() => store.start({ clock, logger: new RecordingLogger() }));

  async function tripsOf(work: () => Promise<unknown>): Promise<{ gets: number; sets: number }> {
    const { gets, sets } = backend;
    await work();
    return { gets: backend.gets - gets, sets: backend.sets - sets };
  }

  it('a request that only reads takes one', async () => {
    const { id } = await trial.given();
    expect(await tripsOf(() => trial.found(id))).toEqual({ gets: 1, sets: 0 });
  });

  it('a request that locks and changes nothing takes one', async () => {
    const { id } = await trial.given();
    expect(await tripsOf(() => trial.isFree(id))).toEqual({ gets: 1, sets: 0 });
  });

  it('a request that locks and changes takes two', async () => {
    const { id, record } = await trial.given();
    const trips = await tripsOf(async () => {
      const { token, version } = await trial.lock(id);
      written(await store.update({ id, record, guard: { version, lock: { token, release: true } } }));
    });
    expect(trips).toEqual({ gets: 1, sets: 1 });
  });

  it('a second save in one request takes one more', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    const lock = { token, release: false };
    const trips = await tripsOf(async () => {
      const second = written(await store.update({ id, record, guard: { version, lock } }));
      written(await store.update({ id, record, guard: { version: second, lock } }));
    });
    expect(trips).toEqual({ gets: 0, sets: 2 });
  });

  it('who waits for a lock that this process holds asks nobody', async () => {
    const { id } = await trial.givenLocked();
    expect(await tripsOf(() => trial.isLocked(id))).toEqual({ gets: 0, sets: 0 });
  });

  it('a request of more than a second reads again before it writes', async () => {
    const { id, record, version, token } = await trial.givenLocked();
    await trial.wait(1_000);
    const guard = { version, lock: { token, release: true } };
    expect(await tripsOf(() => store.update({ id, record, guard }))).toEqual({ gets: 1, sets: 1 });
  });
});
