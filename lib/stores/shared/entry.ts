import { randomUUID } from 'node:crypto';
import type {
  EndReason,
  Found,
  Gone,
  LockHolder,
  Missing,
  SessionRecord,
  SessionVersion,
  WriteGuard,
} from '../../interfaces/session-record.interface.js';

export interface Lock {
  readonly token: string;
  readonly holder: LockHolder;
  /** On the clock that the store uses for leases. */
  readonly leaseEndsAt: number;
}

/** What is kept under an id: a session, or the tombstone of one. Then `expiresAt` is when the tombstone ends. */
export interface Entry extends SessionRecord {
  readonly version: SessionVersion;
  /** Why this is a tombstone; `undefined` while the session lives. */
  readonly endReason?: EndReason | undefined;
  readonly lock?: Lock | undefined;
}

/** An entry that is no tombstone. */
export type Live<E extends Entry> = E & { readonly endReason?: undefined };

export function entryOf({ data, createdAt, expiresAt }: SessionRecord): Entry & { readonly version: string } {
  return { version: randomUUID(), createdAt, expiresAt, data };
}

/** The entry that replaces another: it does not expire earlier, and keeps the lock. */
export function successorOf(entry: Entry, record: SessionRecord): ReturnType<typeof entryOf> {
  return { ...entryOf(record), expiresAt: Math.max(entry.expiresAt, record.expiresAt), lock: entry.lock };
}

export function tombstoneOf(because: EndReason, until: number, version: string = randomUUID()): Entry {
  return { version, createdAt: 0, expiresAt: until, data: '', endReason: because };
}

export function recordOf({ data, createdAt, expiresAt }: SessionRecord): SessionRecord {
  return { data, createdAt, expiresAt };
}

export function isLive<E extends Entry>(entry: E | undefined): entry is Live<E> {
  return entry !== undefined && entry.endReason === undefined;
}

/** Whether the guard of a write holds: the version is the one that was read, and the lock still the writer's. */
export function permits<E extends Entry>(entry: E | undefined, { version, lock }: WriteGuard): entry is Live<E> {
  return isLive(entry) && entry.version === version && (lock === undefined || entry.lock?.token === lock.token);
}

/** Whether there is a lock whose lease has not ended. */
export function isRunning<L extends Lock>(lock: L | undefined, now: number): lock is L {
  return lock !== undefined && now < lock.leaseEndsAt;
}

/** A lease that has ended is still its holder's until another token takes it over. */
export function isHeldByAnother<L extends Lock>(lock: L | undefined, token: string, now: number): lock is L {
  return isRunning(lock, now) && lock.token !== token;
}

/**
 * Whether a rotation takes the lock along. Only the caller's own lock moves to the new id: another holder does not know that id,
 * and could not release it.
 */
export function movesLock({ lock }: WriteGuard): boolean {
  return lock?.release === false;
}

/** What `load` answers. */
export function foundOrAbsent(entry: Entry | undefined): Found | Missing | Gone {
  return isLive(entry)
    ? { status: 'found', record: recordOf(entry), version: entry.version }
    : absenceOf(entry?.endReason);
}

/** What `load` and `tryLock` answer where there is no live session. */
export function absenceOf(endReason: EndReason | undefined): Missing | Gone {
  return endReason === undefined ? { status: 'missing' } : { status: 'gone', because: endReason };
}
