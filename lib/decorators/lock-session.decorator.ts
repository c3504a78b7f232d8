import { SetMetadata } from '@nestjs/common';
import type { LockingMode, LockOptions } from '../interfaces/sessions-options.interface.js';
import { checkKeys, oneOf } from '../option-checks.js';
import { LOCKING_MODES, resolveLock } from '../sessions.options.js';

/** Locking on one route or controller; what is left out is as in the module's options. Durations in milliseconds. */
export interface LockSessionOptions extends Pick<LockOptions, 'wait' | 'lease'> {
  readonly mode?: LockingMode;
}

export const LOCK_SESSION = 'nestjs-sessions: lock';

/**
 * How a route, or all routes of a controller, lock the session:
 * - `implicit`: from the first touch to the commit. The default: no update is lost.
 * - `early`: the same, from before the route's own guards and pipes.
 * - `explicit`: only between `acquireLock()` and `releaseLock()`, or within `withLock()`. For slow handlers.
 * - `read-only`: never; a change throws `SessionReadOnlyError`.
 *
 * The method's decorator goes before the controller's.
 */
export function LockSession(options: LockingMode | LockSessionOptions): MethodDecorator & ClassDecorator {
  const lock: LockSessionOptions = typeof options === 'string' ? { mode: options } : options;
  checkKeys('@LockSession()', lock, ['mode', 'wait', 'lease']);
  const { mode, ...durations } = lock;
  oneOf('@LockSession() mode', mode, 'implicit', LOCKING_MODES);
  resolveLock(durations);
  return SetMetadata(LOCK_SESSION, lock);
}
