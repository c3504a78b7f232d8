import { SetMetadata } from '@nestjs/common';
import type { LockingMode, LockSessionOptions } from '../interfaces/sessions-options.interface.js';
import { LOCKING_MODES, resolveLock } from '../options/sessions-options.js';
import { checkKeys, oneOf } from '../options/validate.js';
import { LOCK_SESSION } from '../sessions.constants.js';

/**
 * How a route, or all routes of a controller, lock the session:
 * - `implicit`: from the first touch to the commit. The default: no update is lost.
 * - `early`: the same, from before the route's own guards and pipes.
 * - `explicit`: only between `acquireLock()` and `releaseLock()`, or within `withLock()`. For slow handlers.
 * - `read-only`: never; a change throws `SessionReadOnlyError`.
 *
 * The method's decorator goes before the controller's. Durations are in milliseconds; what is left out is as in the options of
 * the module.
 *
 * @throws SessionsConfigError where it is written, when an option is wrong.
 */
export function LockSession(options: LockingMode | LockSessionOptions): MethodDecorator & ClassDecorator {
  const lock: LockSessionOptions = typeof options === 'string' ? { mode: options } : options;
  checkKeys('@LockSession()', lock, ['mode', 'wait', 'lease']);
  const { mode, ...durations } = lock;
  oneOf('@LockSession() mode', mode, 'implicit', LOCKING_MODES);
  resolveLock(durations, (key) => `@LockSession() ${key}`);
  return SetMetadata(LOCK_SESSION, lock);
}
