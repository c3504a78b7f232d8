import { SessionLockTimeoutError, type LockTimeoutReason } from '../../errors/index.js';
import { RETRY_AFTER } from '../../errors/session-store.error.js';
import type { LockHolder } from '../../interfaces/session-record.interface.js';
import { shortHash } from '../session-id.js';
import { isOfThisProcess } from './lock-holder.js';

/** The error of a request that did not get the lock; `now` is the wall-clock time. */
export function lockTimeout(
  id: string,
  reason: LockTimeoutReason,
  explanation: string,
  now: number,
  holder?: LockHolder,
): SessionLockTimeoutError {
  const held = holder === undefined ? '' : ` ${describe(holder, now)}`;
  return new SessionLockTimeoutError(
    `Session ${shortHash(id)} is locked: ${explanation}.${held}`,
    RETRY_AFTER,
    reason,
    holder,
  );
}

function describe(holder: LockHolder, now: number): string {
  const what = `It has been held for ${Math.round(now - holder.since)} ms by ${holder.route} (${holder.process}).`;
  const advice = isOfThisProcess(holder)
    ? 'A handler that calls its own server with the same cookie waits for itself: release the lock first.'
    : 'If that process has ended, the lock is free when its lease is over.';
  return `${what} ${advice}`;
}
