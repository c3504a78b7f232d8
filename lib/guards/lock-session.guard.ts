import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { LockSessionOptions } from '../interfaces/sessions-options.interface.js';
import { LOCK_SESSION, REQUEST_SESSION_PARTS } from '../sessions.constants.js';
import type { RequestSessionParts } from '../http/http-request.js';
import { requestSessionOf } from '../http/http-session.js';
import type { LockSettings } from '../session/session-state.js';

/**
 * Tells the session how its route locks. It runs before every other guard, so that one which touches the session finds the
 * mode known; in the mode `early` it locks.
 */
@Injectable()
export class LockSessionGuard implements CanActivate {
  /** By class and handler: the guard runs for every request, and two look-ups of metadata take as long as all the rest of it. */
  readonly #known = new WeakMap<object, Map<object, LockSettings>>();

  constructor(@Inject(REQUEST_SESSION_PARTS) private readonly parts: RequestSessionParts) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const requestSession =
      context.getType() === 'http' ? requestSessionOf(context.switchToHttp().getRequest()) : undefined;
    if (requestSession === undefined) {
      return true;
    }
    const settings = this.#settingsOf(context.getClass(), context.getHandler());
    requestSession.enterRoute(settings);
    return settings.mode === 'early' ? requestSession.lifecycle.load().then(() => true) : true;
  }

  #settingsOf(controller: object, handler: object): LockSettings {
    return this.#known.get(controller)?.get(handler) ?? this.#learn(controller, handler);
  }

  #learn(controller: object, handler: object): LockSettings {
    const settings = this.#decide(controller, handler);
    const known = this.#known.get(controller) ?? new Map<object, LockSettings>();
    this.#known.set(controller, known.set(handler, settings));
    return settings;
  }

  #decide(controller: object, handler: object): LockSettings {
    const ofMethod = lockOf(handler);
    const ofController = lockOf(controller);
    const { locking } = this.parts.engine;
    return ofMethod === undefined && ofController === undefined
      ? locking
      : { ...locking, ...ofController, ...ofMethod };
  }
}

function lockOf(target: object): LockSessionOptions | undefined {
  return Reflect.getMetadata(LOCK_SESSION, target) as LockSessionOptions | undefined;
}
