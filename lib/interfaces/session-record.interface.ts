/**
 * What a store keeps for a session. Stores know no timeout policy, no id format and no serialisation: the payload is
 * opaque to them, and expiry is an instant.
 */
export interface SessionRecord {
  /** The serialised data. */
  readonly data: string;
  /** Epoch milliseconds: when the session's life began. It never changes in that life. */
  readonly createdAt: number;
  /** Epoch milliseconds: from this instant on the record counts as missing. */
  readonly expiresAt: number;
}

/** Opaque to all but the store that made it. Two writes of one record never have the same version. */
export type SessionVersion = string | number;

/** Who holds a lock: for the error message of a request that waited for it in vain. */
export interface LockHolder {
  /** The route, or what else opened the session. */
  readonly route: string;
  /** Host and process id. */
  readonly process: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** The record is there and alive. */
export interface Found {
  readonly status: 'found';
  readonly record: SessionRecord;
  readonly version: SessionVersion;
}

/** Nothing is there, or it has expired. */
export interface Missing {
  readonly status: 'missing';
}

/** Why an id has a tombstone: the session was deleted under it, or was moved to another id. */
export type EndReason = 'destroyed' | 'rotated';

/** A tombstone: the session was destroyed, or its id was changed, a moment ago. */
export interface Gone {
  readonly status: 'gone';
  readonly because: EndReason;
}

/** The caller has the lock, and this is the record as it is under the lock. */
export interface Acquired {
  readonly status: 'acquired';
  readonly record: SessionRecord;
  readonly version: SessionVersion;
}

/** Another token holds the lock. */
export interface Held {
  readonly status: 'held';
  /** Who that is, where the store keeps it. */
  readonly holder?: LockHolder;
}

/**
 * What must still be true of the stored record for a write to happen. `version`: there was no write since the caller read.
 * `lock`: the caller still has the lock, so that a holder that slept through its lease cannot write. Both are checked in one
 * atomic step with the write: with the token alone, a lock holder would overwrite a write that was made without a lock.
 */
export interface WriteGuard {
  /** That of the record that the caller has read. */
  readonly version: SessionVersion;
  /** The lock that the caller must still have. */
  readonly lock?: {
    readonly token: string;
    /** Whether the write also releases the lock, in the same step. */
    readonly release: boolean;
  };
}
