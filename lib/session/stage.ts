import type { EndReason, SessionRecord, SessionVersion } from '../interfaces/session-record.interface.js';
import type { SessionLock } from './lock/session-lock.js';

/** The stored session, as this request last read or wrote it. */
export interface StoredRecord {
  /** As in the cookie. */
  readonly id: string;
  /** The hash under which the store keeps it. */
  readonly key: string;
  readonly version: SessionVersion;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** The record as the store has it now. */
export function storedRecord(
  id: string,
  key: string,
  version: SessionVersion,
  { createdAt, expiresAt }: SessionRecord,
): StoredRecord {
  return { id, key, version, createdAt, expiresAt };
}

/** `regenerate()` was called, and the new id is not stored yet. */
export interface Rotation {
  /** Without the old data, and with an absolute timeout of its own. */
  readonly startsNewLife: boolean;
}

/** Another request ended the session, or the store no longer has it. */
export type GoneReason = EndReason | 'expired';

/**
 * Where a session stands in one request:
 * - `unloaded`: nobody asked for it yet.
 * - `new`: nothing is stored.
 * - `stored`: there is a record; this request may hold its lock.
 * - `gone`: somebody else ended it; what this request changes cannot be stored.
 * - `destroyed`: this request ended it.
 */
export type Stage =
  | { readonly at: 'unloaded' }
  | { readonly at: 'new' }
  | StoredStage
  | { readonly at: 'gone'; readonly because: GoneReason }
  | { readonly at: 'destroyed' };

export interface StoredStage {
  readonly at: 'stored';
  readonly record: StoredRecord;
  readonly lock: SessionLock | undefined;
  readonly rotation: Rotation | undefined;
}

export const UNLOADED: Stage = { at: 'unloaded' };
export const NEW = { at: 'new' } as const;
export const DESTROYED: Stage = { at: 'destroyed' };

/** What a critical section can change of a session, as it was before. */
export interface Checkpoint {
  readonly text: string;
  readonly base: string;
  readonly stage: Stage;
  readonly facts: { readonly isRegenerated: boolean; readonly isCookieExpired: boolean };
  readonly freshId: string | undefined;
}
