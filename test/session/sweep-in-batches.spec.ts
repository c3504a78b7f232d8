import { sweepInBatches } from '../../lib/session/store-access/sweep-in-batches.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

const BATCH_DEADLINE = 30_000;
const OPTIONS = { batchSize: 10 };
const hang = (): Promise<never> => new Promise(() => undefined);

describe('The clean-up of a store, batch by batch,', () => {
  const clock = new ManualClock();
  afterEach(() => expect(clock.pendingTimers).toBe(0));

  it('hands on the options and the batches', async () => {
    const seen: unknown[] = [];
    const store = {
      async *sweep(options: unknown) {
        seen.push(options);
        yield await Promise.resolve({ removed: 10 });
        yield { removed: 3 };
      },
    };
    const removed: number[] = [];
    for await (const batch of sweepInBatches(store, OPTIONS, clock)) removed.push(batch.removed);
    expect(removed).toEqual([10, 3]);
    expect(seen).toEqual([OPTIONS]);
  });

  it('fails when one of them hangs, and does not wait for the store to stop', async () => {
    const store = {
      async *sweep() {
        yield { removed: 10 };
        await hang();
      },
    };
    const batches = sweepInBatches(store, OPTIONS, clock);
    expect((await batches.next()).value).toEqual({ removed: 10 });
    const outcome = batches.next().catch((error: unknown) => error);
    await clock.advanceAsync(BATCH_DEADLINE - 1);
    expect(clock.pendingTimers).toBe(1);
    await clock.advanceAsync(1);
    expect(await outcome).toMatchObject({
      code: 'SESSION_STORE_FAILED',
      message: 'Object.sweep() did not end within 30000 ms',
    });
  });

  it('fails as the store fails', async () => {
    const failure = new Error('no table');
    const store = { sweep: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }) }) };
    await expect(sweepInBatches(store, OPTIONS, clock).next()).rejects.toBe(failure);
  });

  it('tells the store when its caller stops, and waits until it has', async () => {
    let hasStopped = false;
    const store = {
      async *sweep() {
        try {
          for (let n = 0; n < 10; n += 1) yield await Promise.resolve({ removed: 1 });
        } finally {
          await Promise.resolve();
          hasStopped = true;
        }
      },
    };
    for await (const batch of sweepInBatches(store, OPTIONS, clock)) {
      expect(batch.removed).toBe(1);
      break;
    }
    expect(hasStopped).toBe(true);
  });
});
