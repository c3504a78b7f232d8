import type { LockSessionOptions } from '../interfaces/sessions-options.interface.js';
import { LOCK_SESSION } from '../sessions.constants.js';

/** What `@LockSession()` says of a handler: the method's goes before the class's. `undefined` when neither says anything. */
export function declaredLock(handlers: object, handler: object): LockSessionOptions | undefined {
  const ofMethod = lockOf(handler);
  const ofClass = lockOf(handlers);
  return ofMethod === undefined && ofClass === undefined ? undefined : { ...ofClass, ...ofMethod };
}

function lockOf(target: object): LockSessionOptions | undefined {
  return Reflect.getMetadata(LOCK_SESSION, target) as LockSessionOptions | undefined;
}
