import { SessionPolicy, type PolicySettings } from '../../lib/session/session-policy.js';

const MINUTE = 60_000;

function policyOf(settings: Partial<PolicySettings> = {}): SessionPolicy {
  return new SessionPolicy({
    timeout: 10 * MINUTE,
    absoluteTimeout: Infinity,
    touchAfter: MINUTE,
    maxHold: 5 * MINUTE,
    maxBytes: 1_000,
    isCookiePersistent: true,
    ...settings,
  });
}

describe('the expiry of a session', () => {
  it('is reached at its very instant, and not one millisecond before', () => {
    const policy = policyOf();
    const record = { createdAt: 0, expiresAt: 1_000 };

    expect(policy.isExpired(record, 999)).toBe(false);
    expect(policy.isExpired(record, 1_000)).toBe(true);
  });

  it('is the idle timeout from now in a first record, and the absolute timeout when that is shorter', () => {
    expect(policyOf().firstRecord('{"a":1}', 7)).toEqual({ data: '{"a":1}', createdAt: 7, expiresAt: 10 * MINUTE + 7 });
    expect(policyOf({ absoluteTimeout: 5 * MINUTE }).firstRecord('{}', 7).expiresAt).toBe(5 * MINUTE + 7);
  });

  it('is the earlier one of idle and absolute timeout', () => {
    const policy = policyOf({ absoluteTimeout: 60 * MINUTE });
    const record = { createdAt: 0, expiresAt: 50 * MINUTE };

    expect(policy.renewedExpiry(record, 49 * MINUTE)).toBe(59 * MINUTE);
    expect(policy.renewedExpiry(record, 55 * MINUTE)).toBe(60 * MINUTE);
  });

  it('is reached with the absolute timeout whatever the record says', () => {
    const policy = policyOf({ absoluteTimeout: 60 * MINUTE });
    const record = { createdAt: MINUTE, expiresAt: 99 * MINUTE };

    expect(policy.isExpired(record, 61 * MINUTE - 1)).toBe(false);
    expect(policy.isExpired(record, 61 * MINUTE)).toBe(true);
  });

  it('moves only when more than touchAfter has passed since it last moved', () => {
    const policy = policyOf();
    const record = { createdAt: 0, expiresAt: 10 * MINUTE };

    expect(policy.renewedExpiry(record, MINUTE)).toBe(10 * MINUTE);
    expect(policy.renewedExpiry(record, MINUTE + 1)).toBe(11 * MINUTE + 1);
  });

  it('moves with every use when touchAfter is 0, and not twice in one millisecond', () => {
    const policy = policyOf({ touchAfter: 0 });
    const record = { createdAt: 0, expiresAt: 10 * MINUTE };

    expect(policy.renewedExpiry(record, 1)).toBe(10 * MINUTE + 1);
    expect(policy.renewedExpiry(record, 0)).toBe(10 * MINUTE);
  });

  it('never moves back, also when a timeout was shortened since', () => {
    const record = { createdAt: 0, expiresAt: 10 * MINUTE };

    expect(policyOf({ timeout: MINUTE, touchAfter: 0 }).renewedExpiry(record, 1)).toBe(10 * MINUTE);
    expect(policyOf({ absoluteTimeout: 5 * MINUTE, touchAfter: 0 }).renewedExpiry(record, 1)).toBe(10 * MINUTE);
  });

  it('never moves beyond the absolute timeout', () => {
    const policy = policyOf({ absoluteTimeout: 12 * MINUTE, touchAfter: 0 });

    expect(policy.renewedExpiry({ createdAt: 0, expiresAt: 10 * MINUTE }, 5 * MINUTE)).toBe(12 * MINUTE);
    expect(policy.renewedExpiry({ createdAt: 0, expiresAt: 12 * MINUTE }, 6 * MINUTE)).toBe(12 * MINUTE);
  });

  it('may come while a request runs when less is left of it than a request may hold a lock', () => {
    const policy = policyOf();
    const record = { createdAt: 0, expiresAt: 10 * MINUTE };

    expect(policy.mayExpireSoon(record, 5 * MINUTE)).toBe(false);
    expect(policy.mayExpireSoon(record, 5 * MINUTE + 1)).toBe(true);
  });

  it('ends no session that idles less than timeout - touchAfter, and every one that idles for timeout', () => {
    const timeout = 10 * MINUTE;
    for (const touchAfter of [0, 1, MINUTE, 9 * MINUTE, timeout]) {
      const policy = policyOf({ touchAfter });
      for (const [idle, isExpected] of [
        [timeout - touchAfter - 1, false],
        [timeout, true],
      ] as const) {
        for (let uses = 1; uses <= 40 && idle > 0; uses += 1) {
          const { now, expiresAt } = used(policy, timeout, uses, (idle * uses) / 41);
          expect(policy.isExpired({ createdAt: 0, expiresAt }, now + idle)).toBe(isExpected);
        }
      }
    }
  });
});

/** A session after so many uses, `interval` apart, none of them too late. */
function used(
  policy: SessionPolicy,
  timeout: number,
  uses: number,
  interval: number,
): { now: number; expiresAt: number } {
  let now = 0;
  let expiresAt = timeout;
  for (let use = 0; use < uses; use += 1) {
    now += interval;
    if (now < expiresAt) {
      expiresAt = policy.renewedExpiry({ createdAt: 0, expiresAt }, now);
    }
  }
  return { now, expiresAt };
}
