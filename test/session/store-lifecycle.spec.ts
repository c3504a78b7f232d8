import { ManualClock } from '../../lib/testing/manual-clock.js';
import { StoreLifecycle } from '../../lib/session/store-access/store-lifecycle.js';
import { MemoryStore } from 'nestjs-sessions';
import { RecordingLogger } from '../support/basics/recording-logger.js';

const STORE_TIMEOUT = 50;

describe('Closing a store', () => {
  it.each<[string, () => Promise<void>, RegExp]>([
    [
      'hangs',
      () => new Promise<void>(() => undefined),
      /The store was not closed: close: .*did not answer within 50 ms/,
    ],
    ['rejects', () => Promise.reject(new Error('busy')), /The store was not closed: close: .*busy/],
    [
      'throws',
      () => {
        throw new Error('busy');
      },
      /The store was not closed: close: .*busy/,
    ],
  ])('that %s comes to an end, and the log says so', async (_, close, message) => {
    const clock = new ManualClock();
    const logger = new RecordingLogger();
    const store = Object.assign(new MemoryStore(), { close });
    const lifecycle = await StoreLifecycle.start(store, { clock, logger }, STORE_TIMEOUT);
    const closed = lifecycle.close();
    await clock.advanceAsync(STORE_TIMEOUT);
    await closed;

    expect(logger.messages('error')).toEqual([expect.stringMatching(message)]);
  });

  it('twice, at once or later, closes it once', async () => {
    let closes = 0;
    const store = Object.assign(new MemoryStore(), { close: async () => void (closes += 1) });
    const context = { clock: new ManualClock(), logger: new RecordingLogger() };
    const lifecycle = await StoreLifecycle.start(store, context, STORE_TIMEOUT);
    await Promise.all([lifecycle.close(), lifecycle.close()]);
    await lifecycle.close();

    expect(closes).toBe(1);
  });

  it('that has nothing to close does nothing', async () => {
    const context = { clock: new ManualClock(), logger: new RecordingLogger() };

    await (await StoreLifecycle.start(new MemoryStore(), context, STORE_TIMEOUT)).close();
    expect(context.logger.lines).toEqual([]);
  });
});
