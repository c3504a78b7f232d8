import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { takenHttp } from '../http/session-of.js';
import { REQUIRE_SESSION } from '../sessions.constants.js';

/** Admits a request that has a stored session, with a truthy value under each key that `@RequireSession(...keys)` names. */
@Injectable()
export class RequireSessionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /**
   * @throws SessionGoneError when the session has been destroyed or rotated: the browser may have a newer cookie by now.
   * @throws UnauthorizedException when there is none, or it lacks a key.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = takenHttp(context);
    const { session } = http;
    await session.load();
    http.unit.assertNotGone();
    const keys = this.reflector.getAllAndMerge<string[]>(REQUIRE_SESSION, [context.getHandler(), context.getClass()]);
    if (session.isNew || !keys.every((key) => session.has(key) && Boolean(session.get(key)))) {
      throw new UnauthorizedException();
    }
    return true;
  }
}
