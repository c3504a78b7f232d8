import { SessionExpiry } from '../../lib/session/session-expiry.js';

const MINUTE = 60_000;

describe('the expiry of a session', () => {
  it('is reached at its very instant, and not one millisecond before', () => {
    const expiry = new SessionExpiry(10 * MINUTE, Infinity, MINUTE);
    const record = { data: '{}', createdAt: 0, expiresAt: 1_000 };

    expect(expiry.isExpired(record, 999)).toBe(false);
    expect(expiry.isExpired(record, 1_000)).toBe(true);
  });

  it('is the earlier one of idle and absolute timeout', () => {
    const expiry = new SessionExpiry(10 * MINUTE, 60 * MINUTE, MINUTE);

    expect(expiry.expiresAt(0, 0)).toBe(10 * MINUTE);
    expect(expiry.expiresAt(0, 49 * MINUTE)).toBe(59 * MINUTE);
    expect(expiry.expiresAt(0, 55 * MINUTE)).toBe(60 * MINUTE);
  });

  it('is reached with the absolute timeout whatever the record says', () => {
    const expiry = new SessionExpiry(10 * MINUTE, 60 * MINUTE, MINUTE);
    const record = { data: '{}', createdAt: 0, expiresAt: 99 * MINUTE };

    expect(expiry.isExpired(record, 60 * MINUTE - 1)).toBe(false);
    expect(expiry.isExpired(record, 60 * MINUTE)).toBe(true);
  });

  it('moves only when more than touchAfter has passed since it last moved', () => {
    const expiry = new SessionExpiry(10 * MINUTE, Infinity, MINUTE);
    const record = { createdAt: 0, expiresAt: 10 * MINUTE };

    expect(expiry.renewed(record, MINUTE)).toBe(10 * MINUTE);
    expect(expiry.renewed(record, MINUTE + 1)).toBe(11 * MINUTE + 1);
  });

  it('never moves back, also when a timeout was shortened since', () => {
    const record = { createdAt: 0, expiresAt: 10 * MINUTE };

    expect(new SessionExpiry(MINUTE, Infinity, 0).renewed(record, 1)).toBe(10 * MINUTE);
    expect(new SessionExpiry(10 * MINUTE, 5 * MINUTE, 0).renewed(record, 1)).toBe(10 * MINUTE);
  });

  it('never moves beyond the absolute timeout', () => {
    const expiry = new SessionExpiry(10 * MINUTE, 12 * MINUTE, 0);

    expect(expiry.renewed({ createdAt: 0, expiresAt: 10 * MINUTE }, 5 * MINUTE)).toBe(12 * MINUTE);
    expect(expiry.renewed({ createdAt: 0, expiresAt: 12 * MINUTE }, 6 * MINUTE)).toBe(12 * MINUTE);
  });

  it('ends no session that idles less than timeout - touchAfter, and every one that idles for timeout', () => {
    const timeout = 10 * MINUTE;
    for (const touchAfter of [0, 1, MINUTE, 9 * MINUTE, timeout]) {
      const expiry = new SessionExpiry(timeout, Infinity, touchAfter);
      for (const [idle, isExpected] of [
        [timeout - touchAfter - 1, false],
        [timeout, true],
      ] as const) {
        for (let uses = 1; uses <= 40 && idle > 0; uses += 1) {
          const { now, expiresAt } = used(expiry, timeout, uses, (idle * uses) / 41);
          expect(expiry.isExpired({ data: '', createdAt: 0, expiresAt }, now + idle)).toBe(isExpected);
        }
      }
    }
  });
});

/** A session after so many uses, `interval` apart, none of them too late. */
function used(
  expiry: SessionExpiry,
  timeout: number,
  uses: number,
  interval: number,
): { now: number; expiresAt: number } {
  let now = 0;
  let expiresAt = timeout;
  for (let use = 0; use < uses; use += 1) {
    now += interval;
    if (now < expiresAt) expiresAt = expiry.renewed({ createdAt: 0, expiresAt }, now);
  }
  return { now, expiresAt };
}
