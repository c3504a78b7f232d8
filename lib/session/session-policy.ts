import type { SessionRecord } from '../interfaces/session-record.interface.js';

/** Every duration in milliseconds. */
export interface PolicySettings {
  /** Idle timeout. */
  readonly timeout: number;
  readonly absoluteTimeout: number;
  readonly touchAfter: number;
  /** The longest time for which a request may hold a lock. */
  readonly maxHold: number;
  /** The largest session, serialised, in bytes. */
  readonly maxBytes: number;
  /** Whether the cookie carries an expiry, and so has to be sent again when that moves. */
  readonly isCookiePersistent: boolean;
}

/** How long an ended id answers "gone": requests in flight that carry it must not start a session of their own. */
const TOMBSTONE_LIFE = 30_000;

type Times = Pick<SessionRecord, 'createdAt' | 'expiresAt'>;

/**
 * How long sessions live. Idle and absolute timeout (NIST SP 800-63B asks for both) are one instant, `expiresAt`. Nothing is
 * remembered here, and nothing done: the same arguments give the same answer.
 */
export class SessionPolicy {
  constructor(readonly settings: PolicySettings) {}

  isExpired({ createdAt, expiresAt }: Times, now: number): boolean {
    return now >= expiresAt || now >= createdAt + this.settings.absoluteTimeout;
  }

  /** The record of a session that begins now. */
  firstRecord(data: string, now: number): SessionRecord {
    return { data, createdAt: now, expiresAt: this.#expiryOf(now, now) };
  }

  /**
   * The instant to move `expiresAt` to, or the old one while that is not due. It moves only when more than `touchAfter` has
   * passed since it last moved. So a session that is idle for less than `timeout - touchAfter` never ends, one that is idle for
   * longer than `timeout` always does, and most requests write nothing.
   */
  renewedExpiry({ createdAt, expiresAt }: Times, now: number): number {
    const { timeout, touchAfter } = this.settings;
    const isDue = now + timeout - expiresAt > touchAfter;
    return isDue ? Math.max(expiresAt, this.#expiryOf(createdAt, now)) : expiresAt;
  }

  /** When an id that ends now may be forgotten. */
  tombstoneEnd(now: number): number {
    return now + TOMBSTONE_LIFE;
  }

  /** Whether the session might expire while a request runs: what the request changes could no longer be stored. */
  mayExpireSoon({ expiresAt }: Times, now: number): boolean {
    return expiresAt - now < this.settings.maxHold;
  }

  /** When a session that is used now expires. */
  #expiryOf(createdAt: number, now: number): number {
    const { timeout, absoluteTimeout } = this.settings;
    return Math.min(now + timeout, createdAt + absoluteTimeout);
  }
}
