import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { sessionOf } from '../http/session-of.js';
import { REQUIRE_SESSION } from '../sessions.constants.js';
import { SessionObject } from '../session/object/session.js';

/** Lets a request pass that has a stored session, with all keys that `@RequireSession(...keys)` names. */
@Injectable()
export class RequireSessionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws UnauthorizedException otherwise. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const session = sessionOf(undefined, context) as SessionObject<Record<string, unknown>>;
    await session.load();
    const keys = this.reflector.getAllAndMerge<string[]>(REQUIRE_SESSION, [context.getHandler(), context.getClass()]);
    if (session.isNew || keys.some((key) => !session.has(key))) {
      throw new UnauthorizedException();
    }
    return true;
  }
}
