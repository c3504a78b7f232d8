import { randomUUID } from 'node:crypto';
import type { LockHolder, SessionRecord, WriteGuard } from '../../interfaces/session-record.interface.js';

export interface Lock {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly leaseEndsAt: number;
  readonly holder: LockHolder;
}

/** A session, or the tombstone of one: all that is kept under its key. */
export interface Entry {
  /** Random. The tombstone of a rotated id has the version of the record that took its place. */
  readonly version: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly data: string;
  readonly isGone: boolean;
  readonly lock: Lock | undefined;
  /** The id that this record takes the place of, while that is not settled. */
  readonly movesFrom: string | undefined;
}

/** A session that is no tombstone. */
export type LiveEntry = Entry & { readonly isGone: false };

/** An entry as it was when it was read. */
export interface Snapshot {
  readonly id: string;
  readonly entry: Entry;
  /** Of the value that it was read from. */
  readonly cas: string;
}

export function entryOf({ data, createdAt, expiresAt }: SessionRecord): Entry {
  return { version: randomUUID(), createdAt, expiresAt, data, isGone: false, lock: undefined, movesFrom: undefined };
}

/** What takes an entry's place does not expire earlier, and has its lock. */
export function successorOf(entry: Entry, record: SessionRecord): Entry {
  return { ...entryOf(record), expiresAt: Math.max(entry.expiresAt, record.expiresAt), lock: entry.lock };
}

export function tombstoneOf(version: string, tombstoneUntil: number): Entry {
  return {
    version,
    createdAt: 0,
    expiresAt: tombstoneUntil,
    data: '',
    isGone: true,
    lock: undefined,
    movesFrom: undefined,
  };
}

export function recordOf({ data, createdAt, expiresAt }: Entry): SessionRecord {
  return { data, createdAt, expiresAt };
}

export function isRecord(entry: Entry | undefined): entry is LiveEntry {
  return entry?.isGone === false;
}

export function holds(entry: Entry | undefined, { version, lock }: WriteGuard): entry is LiveEntry {
  return isRecord(entry) && entry.version === version && (lock === undefined || entry.lock?.token === lock.token);
}
