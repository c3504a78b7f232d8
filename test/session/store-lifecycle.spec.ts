import { ManualClock } from '../../lib/testing/manual-clock.js';
import { StoreLifecycle } from '../../lib/session/store-access/store-lifecycle.js';
import { MemoryStore, SessionsConfigError } from 'nestjs-sessions';
import { Gate } from '../support/basics/gate.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

const STORE_TIMEOUT = 50;

describe('Starting a store', () => {
  it('that hangs comes to an end, and says so', async () => {
    const clock = new ManualClock();
    const store = Object.assign(new MemoryStore(), { start: () => new Promise<void>(() => undefined) });
    const started = StoreLifecycle.start(store, { clock, logger: new RecordingLogger() }, STORE_TIMEOUT);
    const outcome = started.catch((error: unknown) => error);
    await clock.advanceAsync(29_999);
    expect(clock.pendingTimers).toBe(1);
    await clock.advanceAsync(1);

    expect(await outcome).toMatchObject({
      code: 'SESSION_STORE_FAILED',
      message: 'MemoryStore.start() did not end within 30000 ms',
    });
  });

  it('that refuses ends with its error, and that has started leaves no timer', async () => {
    const context = { clock: new ManualClock(), logger: new RecordingLogger() };
    const refusal = new SessionsConfigError('no such directory');
    const refuses = Object.assign(new MemoryStore(), { start: () => Promise.reject(refusal) });
    await expect(StoreLifecycle.start(refuses, context, STORE_TIMEOUT)).rejects.toBe(refusal);
    const starts: unknown[] = [];
    const store = Object.assign(new MemoryStore(), { start: async (given: unknown) => void starts.push(given) });
    await StoreLifecycle.start(store, context, STORE_TIMEOUT);

    expect(starts).toEqual([{ ...context, storeTimeout: STORE_TIMEOUT }]);
    expect(context.clock.pendingTimers).toBe(0);
  });
});

describe('Closing a store', () => {
  it.each<[string, () => Promise<void>, RegExp]>([
    [
      'hangs',
      () => new Promise<void>(() => undefined),
      /The store was not closed: MemoryStore\.close\(\) did not end within 50 ms/,
    ],
    ['rejects', () => Promise.reject(new Error('busy')), /^The store was not closed: busy$/],
    [
      'throws',
      () => {
        throw new Error('busy');
      },
      /^The store was not closed: busy$/,
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

  it('that several applications use closes it with the last one, and with each that is alone with it later', async () => {
    let closes = 0;
    const store = Object.assign(new MemoryStore(), { close: async () => void (closes += 1) });
    const context = { clock: new ManualClock(), logger: new RecordingLogger() };
    const one = await StoreLifecycle.start(store, context, STORE_TIMEOUT);
    const other = await StoreLifecycle.start(store, context, STORE_TIMEOUT);

    await Promise.all([one.close(), one.close()]);
    expect(closes).toBe(0);
    await other.close();
    expect(closes).toBe(1);

    await (await StoreLifecycle.start(store, context, STORE_TIMEOUT)).close();
    expect(closes).toBe(2);
  });

  it('that another application has begun to start leaves it open, until that one is closed or cannot start', async () => {
    let closes = 0;
    let start = (): Promise<void> => Promise.resolve();
    const store = Object.assign(new MemoryStore(), {
      start: () => start(),
      close: async () => void (closes += 1),
    });
    const context = { clock: new ManualClock(), logger: new RecordingLogger() };
    for (const refusal of [undefined, new SessionsConfigError('no such table')]) {
      const one = await StoreLifecycle.start(store, context, STORE_TIMEOUT);
      const gate = new Gate();
      start = () => gate.pass().then(() => (refusal === undefined ? undefined : Promise.reject(refusal)));
      const other = StoreLifecycle.start(store, context, STORE_TIMEOUT);
      await one.close();
      expect(closes).toBe(0);
      gate.open();

      await (refusal === undefined ? (await other).close() : expect(other).rejects.toBe(refusal));
      expect(closes).toBe(1);
      closes = 0;
      start = () => Promise.resolve();
    }
  });

  it('that has nothing to close does nothing', async () => {
    const context = { clock: new ManualClock(), logger: new RecordingLogger() };

    await (await StoreLifecycle.start(new MemoryStore(), context, STORE_TIMEOUT)).close();
    expect(context.logger.lines).toEqual([]);
  });
});
