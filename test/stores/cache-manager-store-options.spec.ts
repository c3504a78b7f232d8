import { jest } from '@jest/globals';
import { CACHE_MANAGER, CacheModule } from '@nestjs/cache-manager';
import { Test } from '@nestjs/testing';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import cluster from 'node:cluster';
import { CacheManagerStore, type SessionCache } from 'nestjs-sessions/cache-manager';
import { systemClock } from '../../lib/session/clock.js';
import { sessionsConfigErrorOf } from '../support/http/config-error.js';
import { CountingBackend } from '../support/stores/counting-backend.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';
import { trialOf } from '../support/stores/trial-of.js';

/** As from JavaScript. */
function refusalOf(cache: unknown): string {
  return sessionsConfigErrorOf(() => new CacheManagerStore({ cache: cache as SessionCache }));
}

describe('CacheManagerStore, options', () => {
  it('takes what CacheModule provides', async () => {
    const module = await Test.createTestingModule({ imports: [CacheModule.register()] }).compile();
    const trial = trialOf(new CacheManagerStore({ cache: module.get<SessionCache>(CACHE_MANAGER) }));
    const { id } = await trial.given('{}');
    await trial.found(id);
    await module.close();
  });

  it.each([null, {}, new Map(), { stores: [] }, { stores: 1 }])('refuses what is no cache: %p', (cache) => {
    expect(refusalOf(cache)).toMatch(/needs a cache of cache-manager 6 or later/);
  });

  it('refuses several tiers, and says why', () => {
    expect(refusalOf(createCache({ stores: [new Keyv(), new Keyv()] }))).toMatch(
      /needs a cache with one store\. .* tiers/,
    );
    const cacheable = { primary: new Keyv(), secondary: new Keyv(), nonBlocking: true };
    expect(refusalOf({ stores: [cacheable] })).toMatch(/needs a cache with one store/);
  });

  it('refuses a Keyv that is too old, and one that keeps outages to itself', () => {
    expect(refusalOf({ stores: [{ get: () => {}, set: () => {} }] })).toMatch(/Keyv of version 5\.5/);
    expect(refusalOf({ stores: ['redis://cache'] })).toMatch(/Keyv of version 5\.5/);
    expect(refusalOf(createCache({ stores: [new Keyv({ emitErrors: false })] }))).toMatch(
      /needs a Keyv with emitErrors: .* it would be taken for a missing session\.$/,
    );
  });
});

describe('CacheManagerStore, at start-up', () => {
  async function warningsOf(cache: SessionCache): Promise<string[]> {
    const logger = new RecordingLogger();
    await new CacheManagerStore({ cache }).start({ clock: systemClock, logger });
    return logger.messages('warn');
  }
  const remote = (): SessionCache => createCache({ stores: [new Keyv({ store: new CountingBackend() })] });

  afterEach(() => jest.restoreAllMocks());

  it('warns in a worker of a cluster: locks hold within one process', async () => {
    jest.replaceProperty(cluster, 'isWorker', true);
    expect(await warningsOf(remote())).toEqual([
      expect.stringMatching(/hold within one process.* take a store whose locks hold across processes\.$/),
    ]);
  });

  it('warns in production of a cache that is the memory of this process', async () => {
    jest.replaceProperty(process, 'env', { ...process.env, NODE_ENV: 'production' });
    expect(await warningsOf(createCache())).toEqual([expect.stringContaining('Take MemoryStore')]);
    expect(await warningsOf(remote())).toEqual([]);
  });

  it('leaves nothing in the memory of this process, where nothing has to be tried', async () => {
    const keyv = new Keyv();
    await warningsOf(createCache({ stores: [keyv] }));
    expect(keyv.store).toEqual(new Map());
  });

  it('says nothing otherwise', async () => {
    expect(await warningsOf(createCache())).toEqual([]);
  });
});
