import type { SessionRecord } from '../interfaces/session-record.interface.js';
import type { SessionBag } from './data/serializer.js';
import type { SessionLock } from './lock/session-lock.js';
import type { GoneReason, StoredRecord } from './stage.js';

export interface FoundSession {
  readonly at: 'stored';
  readonly record: StoredRecord;
  readonly bag: SessionBag;
  readonly text: string;
  readonly lock: SessionLock | undefined;
}

export type Finding = FoundSession | { readonly at: 'gone'; readonly because: GoneReason } | { readonly at: 'new' };

/** What a request wants to be stored in place of the record that it read. */
export interface Change {
  readonly record: StoredRecord;
  /** The id that the session shall have: another one than before when it was regenerated. */
  readonly id: string;
  readonly next: SessionRecord;
  /** The data as they were read: what `next` changed since is laid over what others write meanwhile. */
  readonly base: string;
  /** The data of others must not get into the new life of a session. */
  readonly startsNewLife: boolean;
  readonly lock: SessionLock | undefined;
  /** Frees the lock in the same round trip. */
  readonly releases: boolean;
}

/** What the store holds after a write. */
export interface Written {
  readonly record: StoredRecord;
  readonly data: string;
  /** What others had written in between. */
  readonly mergedOver: string | undefined;
}

export type ChangeOutcome =
  | (Written & { readonly at: 'stored' })
  | { readonly at: 'gone'; readonly because: GoneReason }
  | { readonly at: 'id taken' };
