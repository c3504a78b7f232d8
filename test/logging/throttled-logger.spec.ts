import { ThrottledLogger } from '../../lib/logging/throttled-logger.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';

describe('the throttled logger', () => {
  it('writes the first message of a kind at once, and then one a minute with the number of those held back', () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const logger = new ThrottledLogger(clock, (message) => lines.push(message));
    clock.advance(600_000);

    logger.log('outage', 'the store is down');
    for (let n = 0; n < 100; n += 1) {
      logger.log('outage', 'the store is still down');
    }
    clock.advance(59_999);
    logger.log('outage', 'down');
    expect(lines).toEqual(['the store is down']);

    clock.advance(1);
    logger.log('outage', 'down again');
    expect(lines).toEqual(['the store is down', 'down again (101 more like it since the last line)']);

    clock.advance(60_000);
    logger.log('outage', 'and again');
    expect(lines.at(-1)).toBe('and again');
  });

  it('keeps the kinds apart', () => {
    const lines: string[] = [];
    const logger = new ThrottledLogger(new ManualClock(), (message) => lines.push(message));

    logger.log('a', 'first');
    logger.log('b', 'second');
    logger.log('a', 'third');
    expect(lines).toEqual(['first', 'second']);
  });

  it('is not confused by a wall clock that jumps', () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const logger = new ThrottledLogger(clock, (message) => lines.push(message));

    logger.log('a', 'first');
    clock.set(clock.now() + 24 * 3_600_000);
    logger.log('a', 'second');
    expect(lines).toEqual(['first']);
  });
});
