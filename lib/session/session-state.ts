import type { SessionVersion } from '../interfaces/session-record.interface.js';
import type { LockingMode } from '../interfaces/sessions-options.interface.js';
import { SessionContents } from './data/session-contents.js';
import type { ClientIds, CookieReader } from './cookie/cookie-reader.js';
import type { CookieChange, SessionTransport } from './session-transport.js';
import type { SessionLock } from './lock/session-locks.js';

/**
 * - `unloaded`: nobody asked for the session yet.
 * - `new`: nothing is stored.
 * - `stored`: there is a record, and we know its version.
 * - `gone`: it was destroyed or rotated by somebody else; what this request changes is dropped.
 * - `destroyed`: this request destroyed it.
 */
export type SessionPhase = 'unloaded' | 'new' | 'stored' | 'gone' | 'destroyed';

/** What holds for one route. */
export interface LockSettings {
  readonly mode: LockingMode;
  /** Milliseconds. */
  readonly wait: number;
  /** Milliseconds. */
  readonly lease: number;
}

/** Whether the first touch of the session locks it. */
export function locksByItself({ mode }: LockSettings): boolean {
  return mode === 'implicit' || mode === 'early';
}

/** The same where no commit will come that could unlock, or not soon: nothing is locked by itself. */
export function withoutOwnLock(settings: LockSettings): LockSettings {
  return settings.mode === 'read-only' ? settings : { ...settings, mode: 'explicit' };
}

/** The record as we last saw or wrote it. */
export interface StoredFacts {
  /** The hash under which it is stored. */
  readonly key: string;
  readonly version: SessionVersion;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What a critical section can change, as it was before. */
export interface Checkpoint {
  readonly data: string;
  /** What was stored. */
  readonly stored: Pick<StoredFacts, 'key' | 'version'> | undefined;
  readonly facts: Pick<SessionState, 'phase' | 'id' | 'isIdRead' | 'rotation' | 'isCookieExpired' | 'isRegenerated'>;
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
  /** How often the lock was taken: it is re-entrant within a request. */
  lockDepth = 0;
  /** `regenerate()` was called and not written yet. */
  rotation: { readonly isNewLife: boolean } | undefined;
  cookie: CookieChange | undefined;
  /** `expire()` was called: the cookie goes, whatever else happens. */
  isCookieExpired = false;
  /** The cookie left with the headers although the write that it announces is still under way. */
  isCookieAnnounced = false;
  /** The expiry that was decided on when the headers left: no cookie can tell of a later one. */
  announcedExpiry: number | undefined;
  /** What went wrong with the store or the lock, when anything did. */
  failure: unknown;
  /** Discarded: nothing is committed any more. */
  isOver = false;
  /** The log says already that changes of this request were dropped. */
  isLossLogged = false;
  isMissing = false;
  isNew = false;
  isRegenerated = false;
  #sent: ClientIds | undefined;

  constructor(
    readonly exchange: SessionTransport,
    private readonly reader: CookieReader,
    public settings: LockSettings,
  ) {}

  /** The ids that the client sent; looked for when somebody asks. */
  get sent(): ClientIds {
    return (this.#sent ??= this.reader.read(this.exchange.cookieHeader));
  }

  /** Whether this request did anything that has to be stored. */
  get isChanged(): boolean {
    return this.rotation !== undefined || this.contents.changes() !== undefined;
  }

  /** Nothing is stored any more. */
  forget(phase: 'gone' | 'destroyed'): void {
    this.phase = phase;
    this.stored = undefined;
    this.rotation = undefined;
    this.contents.reset();
    if (phase === 'gone') {
      // Whoever made it go has sent a cookie of its own, which ours would overwrite in the browser.
      this.cookie = undefined;
    }
  }

  checkpoint(): Checkpoint {
    const { phase, id, isIdRead, rotation, isCookieExpired, isRegenerated } = this;
    const facts = { phase, id, isIdRead, rotation, isCookieExpired, isRegenerated };
    return { data: this.contents.text(), stored: this.stored, facts };
  }

  /** Undoes what happened since, but for what is in the store already: what `save()` wrote, a new id, the end of the session. */
  rollBack({ data, stored, facts }: Checkpoint): void {
    if (this.stored?.version === stored?.version) {
      this.contents.restore(data);
    } else {
      this.contents.revert();
    }
    if (this.stored?.key === stored?.key) {
      Object.assign(this, facts);
    }
  }
}
