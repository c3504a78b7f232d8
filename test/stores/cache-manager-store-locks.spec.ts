import { createCache } from 'cache-manager';
import { CacheManagerStore } from 'nestjs-sessions/cache-manager';
import { ManualClock } from 'nestjs-sessions/testing';
import type { ContractHarness } from '../../lib/testing/contract/harness.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { trialOf } from '../support/stores/trial-of.js';

const SECOND = 1_000;

/** Whether a lock is still known shows when its holder comes back late: a lease that has run out can be renewed until then. */
describe('CacheManagerStore, the locks of holders that never came back', () => {
  let clock: ManualClock;
  let store: CacheManagerStore;
  let trial: ContractHarness;
  beforeEach(async () => {
    clock = new ManualClock();
    store = new CacheManagerStore({ cache: createCache() });
    trial = trialOf(store, clock);
    await store.start({ clock, logger: new RecordingLogger() });
  });

  const renew = ({ id, token }: { id: string; token: string }): Promise<boolean> =>
    store.renewLock({ id, token, lease: SECOND });

  it('are known as long as they may still come back', async () => {
    const late = await trial.givenLocked({ lease: SECOND });
    await trial.wait(600 * SECOND);
    await trial.givenLocked();

    expect(await renew(late)).toBe(true);
  });

  it('are dropped ten minutes after their leases, as soon as another lock is taken', async () => {
    const abandoned = await trial.givenLocked({ lease: SECOND });
    await trial.wait(601 * SECOND);
    await trial.givenLocked();

    expect(await renew(abandoned)).toBe(false);
  });

  it('are dropped also when an older lock has been taken anew since and is still held', async () => {
    const held = await trial.givenLocked({ lease: 300 * SECOND });
    const abandoned = await trial.givenLocked({ lease: SECOND });
    await trial.wait(200 * SECOND);
    expect((await trial.tryLock(held.id, held.token, 1_000 * SECOND)).status).toBe('acquired');
    await trial.wait(500 * SECOND);
    await trial.givenLocked();

    expect(await renew(abandoned)).toBe(false);
    expect(await renew(held)).toBe(true);
  });
});

describe('CacheManagerStore, the lock of a session that has expired', () => {
  it('is neither held, renewed nor freed, though its lease goes on', async () => {
    const clock = new ManualClock();
    const store = new CacheManagerStore({ cache: createCache() });
    await store.start({ clock, logger: new RecordingLogger() });
    const { id, record, token } = await trialOf(store, clock).givenLocked();
    clock.set(record.expiresAt);

    expect(await store.renewLock({ id, token, lease: SECOND })).toBe(false);
    expect(await store.unlock({ id, token })).toBe(false);
    await trialOf(store, clock).isMissing(id);
  });
});
