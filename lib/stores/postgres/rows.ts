import type { LockHolder, SessionRecord } from '../../interfaces/session-record.interface.js';
import type { RecordRow } from './statements.js';

/** The application may have set its driver to read numbers as strings. */
export function recordFrom({ data, created_at, expires_at }: RecordRow): SessionRecord {
  return { data, createdAt: Number(created_at), expiresAt: Number(expires_at) };
}

/** As `tryLock` wrote it; nothing when the lock has just become free. */
export function holderFrom(text: string | null): { readonly holder?: LockHolder } {
  return text === null ? {} : { holder: JSON.parse(text) as LockHolder };
}
