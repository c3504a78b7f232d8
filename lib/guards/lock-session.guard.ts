import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { LOCK_SESSION, type LockSessionOptions } from '../decorators/lock-session.decorator.js';
import { REQUEST_SESSION_PARTS } from '../sessions.tokens.js';
import type { RequestSessionParts } from '../middleware/request-session.interface.js';
import { requestSessionOf } from '../middleware/request-session.js';
import type { LockSettings } from '../session/session-state.js';

/**
 * Tells the session how its route locks. It runs before every other guard, so that one which touches the session finds the
 * mode known; in the mode `early` it locks.
 */
@Injectable()
export class LockSessionGuard implements CanActivate {
  constructor(@Inject(REQUEST_SESSION_PARTS) private readonly parts: RequestSessionParts) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const requestSession =
      context.getType() === 'http' ? requestSessionOf(context.switchToHttp().getRequest()) : undefined;
    if (requestSession === undefined) {
      return true;
    }
    requestSession.enterRoute();
    const settings = this.#settingsOf(context);
    requestSession.lifecycle.settings = settings;
    return settings.mode === 'early' ? requestSession.lifecycle.load().then(() => true) : true;
  }

  #settingsOf(context: ExecutionContext): LockSettings {
    const ofMethod = lockOf(context.getHandler());
    const ofController = lockOf(context.getClass());
    const { locking } = this.parts.engine;
    return ofMethod === undefined && ofController === undefined
      ? locking
      : { ...locking, ...ofController, ...ofMethod };
  }
}

function lockOf(target: object): LockSessionOptions | undefined {
  return Reflect.getMetadata(LOCK_SESSION, target) as LockSessionOptions | undefined;
}
