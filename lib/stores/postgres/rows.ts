import type { Found, Gone, LockHolder, Missing, SessionRecord } from '../../interfaces/session-record.interface.js';
import type { LoadRow, RecordRow } from './statements.js';

/** The application may have set its driver to read numbers as strings. */
export function recordFrom({ data, created_at, expires_at }: RecordRow): SessionRecord {
  return { data, createdAt: Number(created_at), expiresAt: Number(expires_at) };
}

/** What `load` answers; without a row nothing is there. */
export function foundFrom(row: LoadRow | undefined): Found | Missing | Gone {
  if (row === undefined) {
    return { status: 'missing' };
  }
  return row.data === null
    ? { status: 'gone', because: row.end_reason }
    : { status: 'found', record: recordFrom(row), version: row.version };
}

/** As `tryLock` wrote it; nothing when the lock has just become free, or when something else wrote it. */
export function holderFrom(text: string | null): { readonly holder?: LockHolder } {
  const holder = text === null ? undefined : parsed(text);
  return isHolder(holder) ? { holder } : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It only tells who has the lock, for an error message: the lock is held all the same.
    return undefined;
  }
}

function isHolder(value: unknown): value is LockHolder {
  return typeof value === 'object' && value !== null && 'route' in value && 'process' in value && 'since' in value;
}
