import { randomUUID } from 'node:crypto';
import type { SessionRecord } from '../../interfaces/session-record.interface.js';

/** A session, or the tombstone of one. */
export interface Entry {
  readonly version: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly data: string;
  readonly isGone: boolean;
}

/** A session that is no tombstone. */
export type LiveEntry = Entry & { readonly isGone: false };

/** The record as an entry of a new version; one that takes the place of another does not expire earlier. */
export function entryOf({ data, createdAt, expiresAt }: SessionRecord, previous?: Entry): Entry {
  const latest = Math.max(expiresAt, previous?.expiresAt ?? 0);
  return { version: randomUUID(), createdAt, expiresAt: latest, data, isGone: false };
}

export function tombstoneOf(tombstoneUntil: number): Entry {
  return { version: randomUUID(), createdAt: 0, expiresAt: tombstoneUntil, data: '', isGone: true };
}

export function recordOf({ data, createdAt, expiresAt }: Entry): SessionRecord {
  return { data, createdAt, expiresAt };
}

export function isRecord(entry: Entry | undefined): entry is LiveEntry {
  return entry?.isGone === false;
}

/** A string, so that a cache in memory gives nobody a reference to what it keeps. */
export function encode(entry: Entry): string {
  return JSON.stringify(entry);
}

/** `undefined` when `encode()` did not write it. */
export function decode(value: unknown): Entry | undefined {
  const entry = typeof value === 'string' ? parse(value) : undefined;
  return isEntry(entry) ? entry : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isEntry(entry: unknown): entry is Entry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { version, createdAt, expiresAt, data, isGone }: Partial<Entry> = entry;
  return (
    typeof version === 'string' &&
    typeof createdAt === 'number' &&
    typeof expiresAt === 'number' &&
    typeof data === 'string' &&
    typeof isGone === 'boolean'
  );
}
