import { SessionReadOnlyError } from '../../errors/index.js';
import type { LockingMode } from '../../interfaces/sessions-options.interface.js';
import type { LockTerms } from './session-lock.js';

/** How one route locks. */
export interface LockSettings {
  readonly mode: LockingMode;
  /** Milliseconds. */
  readonly wait: number;
  /** Milliseconds. */
  readonly lease: number;
}

/** Whether the first touch of the session locks it. */
export function locksByItself({ mode }: LockSettings): boolean {
  return mode === 'implicit' || mode === 'early';
}

/** How a request asks for its lock; `signal`: aborted when it waits no longer. */
export function lockTerms({ wait, lease }: LockSettings, route: string, signal: () => AbortSignal): LockTerms {
  return { wait, lease, route, signal };
}

/** @throws SessionReadOnlyError on a route that is read-only. */
export function assertWritable({ mode }: LockSettings, operation: string): void {
  if (mode === 'read-only') {
    throw new SessionReadOnlyError(operation);
  }
}

/** The same where no commit will come that could unlock, or not soon: nothing is locked by itself. */
export function withoutOwnLock(settings: LockSettings): LockSettings {
  return settings.mode === 'read-only' ? settings : { ...settings, mode: 'explicit' };
}
