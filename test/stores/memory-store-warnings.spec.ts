import cluster from 'node:cluster';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

/* What it says at start-up, where it will disappoint. */

const environment = process.env['NODE_ENV'];

afterEach(() => {
  process.env['NODE_ENV'] = environment;
  Object.defineProperty(cluster, 'isWorker', { value: false, configurable: true, writable: true, enumerable: true });
});

async function warnings(): Promise<string[]> {
  const logger = new RecordingLogger();
  await new MemoryStore().start({ clock: new ManualClock(), logger });
  return logger.messages('warn');
}

describe('MemoryStore at start-up', () => {
  it('warns in production', async () => {
    process.env['NODE_ENV'] = 'production';
    expect(await warnings()).toEqual([expect.stringMatching(/loses every session when this process ends.*FileStore/)]);
  });

  it('warns under a cluster, where visitors would lose their sessions at random', async () => {
    Object.defineProperty(cluster, 'isWorker', { value: true, configurable: true, writable: true, enumerable: true });
    expect(await warnings()).toEqual([expect.stringMatching(/one of several workers.*FileStore/)]);
  });

  it('is silent otherwise', async () => {
    expect(await warnings()).toEqual([]);
  });
});
