import { randomUUID } from 'node:crypto';
import type { EndReason, LockHolder, SessionRecord, WriteGuard } from '../../interfaces/session-record.interface.js';

export interface Lock {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly leaseEndsAt: number;
  readonly holder: LockHolder;
}

/** A session, or the tombstone of one: all that is kept under its key. */
export type Entry = LiveEntry | Tombstone;

interface Facts {
  /** Random. The tombstone of a rotated id has the version of the record that took its place. */
  readonly version: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly data: string;
  readonly lock: Lock | undefined;
  /** The id that this record takes the place of, while that is not settled. */
  readonly movesFrom: string | undefined;
}

export interface LiveEntry extends Facts {
  readonly endReason: undefined;
}

export interface Tombstone extends Facts {
  readonly endReason: EndReason;
}

/** An entry as it was when it was read. */
export interface Snapshot {
  readonly id: string;
  readonly entry: Entry;
  /** Of the value that it was read from. */
  readonly cas: string;
}

export function entryOf({ data, createdAt, expiresAt }: SessionRecord): LiveEntry {
  return {
    version: randomUUID(),
    createdAt,
    expiresAt,
    data,
    endReason: undefined,
    lock: undefined,
    movesFrom: undefined,
  };
}

/** What takes an entry's place does not expire earlier, and has its lock. */
export function successorOf(entry: Entry, record: SessionRecord): LiveEntry {
  return { ...entryOf(record), expiresAt: Math.max(entry.expiresAt, record.expiresAt), lock: entry.lock };
}

export function tombstoneOf(because: EndReason, tombstoneUntil: number, version: string = randomUUID()): Tombstone {
  return {
    version,
    createdAt: 0,
    expiresAt: tombstoneUntil,
    data: '',
    endReason: because,
    lock: undefined,
    movesFrom: undefined,
  };
}

export function recordOf({ data, createdAt, expiresAt }: Entry): SessionRecord {
  return { data, createdAt, expiresAt };
}

export function isRecord(entry: Entry | undefined): entry is LiveEntry {
  return entry !== undefined && entry.endReason === undefined;
}

export function holds(entry: Entry | undefined, { version, lock }: WriteGuard): entry is LiveEntry {
  return isRecord(entry) && entry.version === version && (lock === undefined || entry.lock?.token === lock.token);
}
