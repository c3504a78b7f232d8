import type { SessionVersion } from '../interfaces/session-record.interface.js';
import { SessionContents } from './session-contents.js';
import type { CookieChange, SessionExchange } from './session-exchange.js';
import type { SessionLock } from './session-lock.js';

/**
 * - `unloaded`: nobody asked for the session yet.
 * - `new`: nothing is stored.
 * - `stored`: there is a record, and we know its version.
 * - `gone`: it was destroyed or rotated by somebody else; what this request changes is dropped.
 * - `destroyed`: this request destroyed it.
 */
export type SessionPhase = 'unloaded' | 'new' | 'stored' | 'gone' | 'destroyed';

/** When the session is locked. */
export type LockingMode = 'implicit' | 'early' | 'explicit' | 'read-only';

/** What holds for one route. */
export interface LockSettings {
  readonly mode: LockingMode;
  /** Milliseconds. */
  readonly wait: number;
  /** Milliseconds. */
  readonly lease: number;
}

/** The record as we last saw or wrote it. */
export interface StoredFacts {
  /** The hash under which it is stored. */
  readonly key: string;
  readonly version: SessionVersion;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** All that is known of the session in one request. Loader, writer and life cycle share it; it decides nothing. */
export class SessionState {
  readonly contents = new SessionContents();
  phase: SessionPhase = 'unloaded';
  /** As in the cookie: the client's, or a fresh one. */
  id: string | undefined;
  /** A fresh id that somebody has read can no longer be exchanged for another. */
  isIdRead = false;
  stored: StoredFacts | undefined;
  lock: SessionLock | undefined;
  /** `regenerate()` was called and not written yet. */
  rotation: { readonly isNewLife: boolean } | undefined;
  cookie: CookieChange | undefined;
  /** `expire()` was called: the cookie goes, whatever else happens. */
  isCookieExpired = false;
  /** The cookie left with the headers although the write that it announces is still under way. */
  isCookieAnnounced = false;
  /** Discarded: nothing is committed any more. */
  isOver = false;
  isMissing = false;
  isNew = false;
  isRegenerated = false;

  constructor(
    readonly exchange: SessionExchange,
    /** The well-formed ids that the client sent, at most two. */
    readonly candidates: readonly string[],
    /** Whatever the client sent first, well-formed or not: untrusted. */
    readonly originalId: string | undefined,
    public settings: LockSettings,
  ) {}
}
