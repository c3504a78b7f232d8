import { lockHolder } from '../../lib/session/lock/lock-holder.js';
import { lockTimeout } from '../../lib/session/lock/lock-timeout.js';

const NOW = 1_000_000;

describe('The error of a request that did not get the lock', () => {
  it('says what a handler of this process does that waits for itself', () => {
    const { message } = lockTimeout(
      '0a1b2c3d4e',
      'waited',
      'not free within 500 ms',
      NOW,
      lockHolder('GET /cart', NOW - 700),
    );
    expect(message).toMatch(
      /^Session [\w-]+ is locked: not free within 500 ms\. It has been held for 700 ms by GET \/cart/,
    );
    expect(message).toMatch(/calls its own server with the same cookie waits for itself: release the lock first\.$/);
  });

  it('says of a lock of another process when it is free', () => {
    const holder = { ...lockHolder('GET /cart', NOW), process: 'another:1' };
    const error = lockTimeout('0a1b2c3d4e', 'full', 'ten requests are waiting', NOW, holder);
    expect(error.message).toMatch(
      /\(another:1\)\. If that process has ended, the lock is free when its lease is over\.$/,
    );
    expect(error).toMatchObject({ reason: 'full', holder, status: 503 });
  });

  it('names no holder that is not known', () => {
    const { message } = lockTimeout('0a1b2c3d4e', 'waited', 'not free within 500 ms', NOW);
    expect(message).toMatch(/is locked: not free within 500 ms\.$/);
  });
});
