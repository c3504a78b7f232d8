import type { Clock } from '../interfaces/clock.interface.js';
import type { SessionRecord } from '../interfaces/session-record.interface.js';
import type { CookieChange } from './session-transport.js';
import type { SessionExpiry } from './session-expiry.js';
import { hashSessionId, type SessionIds } from './session-id.js';
import type { SessionState, StoredFacts } from './session-state.js';

/** What a commit would do, decided without doing it. */
export class SessionPlan {
  constructor(
    private readonly expiry: SessionExpiry,
    private readonly ids: SessionIds,
    private readonly clock: Clock,
    /** Whether the cookie carries an expiry, and so has to be sent again when that moves. */
    private readonly isCookiePersistent: boolean,
    /** Milliseconds for which a request may hold a lock. */
    private readonly maxHold: number,
  ) {}

  /** Whether a commit would do anything. */
  isDue(state: SessionState): boolean {
    switch (state.phase) {
      case 'unloaded':
        return false;
      case 'new':
        return !state.contents.isEmpty;
      case 'gone':
      case 'destroyed':
        return state.contents.changes() !== undefined;
      case 'stored':
        return state.lock !== undefined || state.isChanged || this.isTouchDue(state);
    }
  }

  isTouchDue(state: SessionState): boolean {
    const { stored } = state;
    return stored !== undefined && this.nextRecord(state, stored).expiresAt > stored.expiresAt;
  }

  /** Whether the session might expire while the request runs: what that changes could no longer be stored. */
  isTouchUrgent(state: SessionState): boolean {
    const { stored } = state;
    return stored !== undefined && stored.expiresAt - this.clock.now() < this.maxHold && this.isTouchDue(state);
  }

  /** The record of a session that is not stored yet. */
  firstRecord(data: string): SessionRecord {
    const now = this.clock.now();
    return { data, createdAt: now, expiresAt: this.expiry.expiresAt(now, now) };
  }

  /** The record that follows on the stored one. */
  nextRecord(state: SessionState, stored: StoredFacts, data = ''): SessionRecord {
    if (state.rotation?.isNewLife === true) {
      return this.firstRecord(data);
    }
    return { data, createdAt: stored.createdAt, expiresAt: this.#nextExpiry(state, stored) };
  }

  /** The cookie that goes with the record, or the one decided on before when this record needs none. */
  cookieFor(state: SessionState, record: SessionRecord): CookieChange | undefined {
    const isFirst = state.stored === undefined || state.rotation !== undefined;
    const isMoved = state.stored !== undefined && record.expiresAt > state.stored.expiresAt;
    if (!isFirst && !(isMoved && this.isCookiePersistent)) {
      return state.cookie;
    }
    // One that the client does not have yet is no refresh, however often it moves before it is sent.
    const isOwed = state.cookie?.kind === 'set' && !state.cookie.isRefresh;
    return { kind: 'set', id: this.idOf(state), expiresAt: record.expiresAt, isRefresh: !isFirst && !isOwed };
  }

  /** The cookie that a successful commit would send: for a response whose headers cannot wait for it. */
  nextCookie(state: SessionState): CookieChange | undefined {
    if (state.phase === 'new' && !state.contents.isEmpty) {
      return this.cookieFor(state, this.firstRecord(''));
    }
    return state.stored === undefined ? state.cookie : this.cookieFor(state, this.nextRecord(state, state.stored));
  }

  #nextExpiry({ exchange, announcedExpiry }: SessionState, stored: StoredFacts): number {
    if (announcedExpiry !== undefined) {
      return Math.max(stored.expiresAt, announcedExpiry);
    }
    return exchange.renewsExpiry ? this.expiry.renewed(stored, this.clock.now()) : stored.expiresAt;
  }

  idOf(state: SessionState): string {
    return (state.id ??= this.ids.generate());
  }

  /** Where the session belongs: under its new id, when it was regenerated. */
  keyOf(state: SessionState, stored: StoredFacts): string {
    return state.rotation === undefined ? stored.key : hashSessionId(this.idOf(state));
  }
}
