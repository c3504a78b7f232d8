import { warnOfUnheardSignals } from '../../lib/session/store-access/unheard-signals.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { RecordingLogger } from '../support/basics/recording-logger.js';

const GRACE = 5_000;
const leasing = { hasLeases: true };
const environment = process.env['NODE_ENV'];
const heard = process.listeners('SIGTERM');

async function warningsOf(store: object, meanwhile: (cancel: () => void) => void = () => {}): Promise<string[]> {
  const clock = new ManualClock();
  const logger = new RecordingLogger();
  const cancel = warnOfUnheardSignals(store, clock, logger);
  await clock.advanceAsync(GRACE - 1);
  expect(logger.messages('warn')).toEqual([]);
  meanwhile(cancel);
  await clock.advanceAsync(10 * GRACE);
  return logger.messages('warn');
}

describe('A process that nobody can stop gently', () => {
  beforeEach(() => {
    process.env['NODE_ENV'] = 'production';
    process.removeAllListeners('SIGTERM');
  });
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
    process.removeAllListeners('SIGTERM');
    for (const listener of heard) process.on('SIGTERM', listener);
  });

  it('gets one warning, which says what to call', async () => {
    expect(await warningsOf(leasing)).toEqual([expect.stringMatching(/SIGTERM.*lease.*app\.enableShutdownHooks\(\)/)]);
  });

  it.each<[string, object]>([
    ['end with it', {}],
    ['say so', { hasLeases: false }],
  ])('gets none when the locks of its store %s', async (_, store) => {
    expect(await warningsOf(store)).toEqual([]);
  });

  it('gets none when it listens to SIGTERM by then', async () => {
    expect(await warningsOf(leasing, () => process.on('SIGTERM', () => {}))).toEqual([]);
  });

  it('gets none in tests, or when its application is closed by then', async () => {
    expect(await warningsOf(leasing, (cancel) => cancel())).toEqual([]);

    process.env['NODE_ENV'] = 'test';
    expect(await warningsOf(leasing)).toEqual([]);
  });
});
