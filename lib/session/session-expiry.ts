import type { SessionRecord } from '../interfaces/session-record.interface.js';

/** Idle and absolute timeout as one instant (NIST SP 800-63B asks for both). */
export class SessionExpiry {
  constructor(
    private readonly timeout: number,
    private readonly absoluteTimeout: number,
    private readonly touchAfter: number,
  ) {}

  isExpired(record: SessionRecord, now: number): boolean {
    return now >= record.expiresAt || now >= record.createdAt + this.absoluteTimeout;
  }

  /** When a session that is used now expires. */
  expiresAt(createdAt: number, now: number): number {
    return Math.min(now + this.timeout, createdAt + this.absoluteTimeout);
  }

  /**
   * The instant to move `expiresAt` to, or the old one while that is not due. It moves only when more than `touchAfter` has
   * passed since it last moved: so a session that is idle for less than `timeout - touchAfter` never ends, one that is
   * idle for longer than `timeout` always does, and most requests write nothing.
   */
  renewed(record: Pick<SessionRecord, 'createdAt' | 'expiresAt'>, now: number): number {
    const isDue = now + this.timeout - record.expiresAt > this.touchAfter;
    return isDue ? Math.max(record.expiresAt, this.expiresAt(record.createdAt, now)) : record.expiresAt;
  }
}
