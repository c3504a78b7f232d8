import type { LockHolder, SessionRecord } from '../../interfaces/session-record.interface.js';
import type { RecordRow } from './statements.js';

/** Numbers are numbers, however the application has its driver read them. */
export function recordOf({ data, created_at, expires_at }: RecordRow): SessionRecord {
  return { data, createdAt: Number(created_at), expiresAt: Number(expires_at) };
}

/** As `tryLock` wrote it; nothing when the lock has just come free. */
export function holderOf(text: string | null): { readonly holder?: LockHolder } {
  return text === null ? {} : { holder: JSON.parse(text) as LockHolder };
}
