import { StoreLog } from '../../../lib/stores/shared/store-log.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';
import { RecordingLogger } from '../../support/basics/recording-logger.js';

describe('the log of a store', () => {
  it('writes nothing before the application has started', () => {
    const log = new StoreLog('AStore');
    log.warn('kind', 'too early');
    const logger = new RecordingLogger();
    log.start({ clock: new ManualClock(), logger });
    expect(logger.lines).toEqual([]);
  });

  it('begins with the name of the store, and repeats a kind of message once a minute at most', () => {
    const clock = new ManualClock();
    const logger = new RecordingLogger();
    const log = new StoreLog('AStore');
    log.start({ clock, logger });
    log.warn('one', 'first');
    log.warn('one', 'second');
    log.error('one', 'an error is another matter');
    log.warn('two', 'so is another kind');
    clock.advance(60_000);
    log.warn('one', 'third');
    expect(logger.messages('warn')).toEqual([
      'AStore: first',
      'AStore: so is another kind',
      'AStore: third (1 more like it since the last line)',
    ]);
    expect(logger.messages('error')).toEqual(['AStore: an error is another matter']);
  });
});
