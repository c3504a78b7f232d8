import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { enterField } from '../graphql/enter-field.js';
import type { PlatformRequest } from '../http/http-request.js';
import { HttpSessions } from '../http/http-sessions.js';
import type { LockSettings } from '../session/lock/lock-settings.js';
import { WorkContext } from '../session/work-context.js';
import { declaredLock } from './declared-lock.js';

/**
 * Tells the session how its route locks. It runs before every other guard, so that one which touches the session finds the
 * mode known (`HttpSession.enterRoute()`); in the mode `early` it locks.
 */
@Injectable()
export class LockSessionGuard implements CanActivate {
  /** By class and handler: the guard runs for every request, and two look-ups of metadata take as long as all the rest of it. */
  readonly #known = new WeakMap<object, Map<object, LockSettings>>();

  constructor(
    private readonly sessions: HttpSessions,
    private readonly work: WorkContext,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const pending = this.#enter(context);
    return pending === undefined || pending.then(() => true);
  }

  #enter(context: ExecutionContext): Promise<void> | undefined {
    const handlers = context.getClass();
    const handler = context.getHandler();
    switch (context.getType<string>()) {
      case 'http':
        return this.sessions.enterRoute(context.getArgByIndex<PlatformRequest>(0), this.#settingsOf(handlers, handler));
      case 'graphql':
        return enterField(this.sessions, this.work, context, this.#settingsOf(handlers, handler));
      default:
        return undefined;
    }
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
    const declared = declaredLock(controller, handler);
    const { locking } = this.sessions.settings.engine;
    return declared === undefined ? locking : { ...locking, ...declared };
  }
}
