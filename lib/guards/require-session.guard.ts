import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { SessionGoneError } from '../errors/index.js';
import { sessionOf } from '../http/session-of.js';
import { REQUIRE_SESSION } from '../sessions.constants.js';
import { hashSessionId, shortHash } from '../session/session-id.js';
import { SessionObject } from '../session/session.js';

type AnySession = SessionObject<Record<string, unknown>>;

/** Admits a request that has a stored session, with a truthy value under each key that `@RequireSession(...keys)` names. */
@Injectable()
export class RequireSessionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /**
   * @throws SessionGoneError when the session has been destroyed or rotated: the browser may have a newer cookie by now.
   * @throws UnauthorizedException when there is none, or it lacks a key.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const session = sessionOf(undefined, context) as AnySession;
    await session.load();
    assertNotGone(session);
    const keys = this.reflector.getAllAndMerge<string[]>(REQUIRE_SESSION, [context.getHandler(), context.getClass()]);
    if (session.isNew || !keys.every((key) => session.has(key) && Boolean(session.get(key)))) {
      throw new UnauthorizedException();
    }
    return true;
  }
}

// Until session.gone is there: then `const { gone } = session`, and the short hash of the id that was found to be gone.
function assertNotGone(session: AnySession): void {
  const gone: unknown = Reflect.get(session, 'gone');
  if (gone === 'destroyed' || gone === 'rotated') {
    throw new SessionGoneError(shortHash(hashSessionId(session.originalId ?? '')), gone);
  }
}
