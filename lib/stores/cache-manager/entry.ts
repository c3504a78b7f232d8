import { randomUUID } from 'node:crypto';
import type { EndReason, SessionRecord } from '../../interfaces/session-record.interface.js';

/** A session, or the tombstone of one. */
export type Entry = LiveEntry | Tombstone;

interface Facts {
  readonly version: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly data: string;
}

export interface LiveEntry extends Facts {
  readonly endReason?: undefined;
}

export interface Tombstone extends Facts {
  readonly endReason: EndReason;
}

/** The record as an entry of a new version; one that takes the place of another does not expire earlier. */
export function entryOf({ data, createdAt, expiresAt }: SessionRecord, previous?: Entry): LiveEntry {
  const latest = Math.max(expiresAt, previous?.expiresAt ?? 0);
  return { version: randomUUID(), createdAt, expiresAt: latest, data };
}

export function tombstoneOf(because: EndReason, tombstoneUntil: number): Tombstone {
  return { version: randomUUID(), createdAt: 0, expiresAt: tombstoneUntil, data: '', endReason: because };
}

export function recordOf({ data, createdAt, expiresAt }: Entry): SessionRecord {
  return { data, createdAt, expiresAt };
}

export function isRecord(entry: Entry | undefined): entry is LiveEntry {
  return entry !== undefined && entry.endReason === undefined;
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
  if (typeof entry !== 'object' || entry === null) {
    return false;
  }
  const { version, createdAt, expiresAt, data, endReason }: Partial<Entry> = entry;
  return (
    typeof version === 'string' &&
    typeof createdAt === 'number' &&
    typeof expiresAt === 'number' &&
    typeof data === 'string' &&
    [undefined, 'destroyed', 'rotated'].includes(endReason)
  );
}
