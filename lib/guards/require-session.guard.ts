import {
  Injectable,
  Logger,
  Optional,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { checkBesideModule } from '../options/module-setup.js';
import { REQUIRE_SESSION } from '../sessions.constants.js';
import type { Exchange } from '../transports/exchange.js';
import { takenExchange } from '../transports/exchange-of.js';

/** Admits a request that has a stored session, with a truthy value under each key that `@RequireSession(...keys)` names. */
@Injectable()
export class RequireSessionGuard implements CanActivate, OnModuleInit {
  constructor(
    private readonly reflector: Reflector,
    @Optional() private readonly modules?: ModulesContainer,
  ) {}

  /** Says at start-up what else the first request would. */
  onModuleInit(): void {
    const problem = this.modules && checkBesideModule('@RequireSession()', this.modules);
    if (problem !== undefined) {
      new Logger('SessionsModule').error(problem);
    }
  }

  /**
   * @throws SessionGoneError when the session has been destroyed or rotated: the browser may have a newer cookie by now.
   * @throws UnauthorizedException when there is none, or it lacks a key. In a gateway it returns `false` in both cases, of which
   *   Nest makes a `WsException`.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const exchange = takenExchange(context);
    await exchange.session.load();
    const keys = this.reflector.getAllAndMerge<string[]>(REQUIRE_SESSION, [context.getHandler(), context.getClass()]);
    const refusal = refusalOf(exchange, keys);
    return refusal === undefined || exchange.refuse(refusal);
  }
}

function refusalOf({ session, unit }: Exchange, keys: readonly string[]): Error | undefined {
  const { gone, active } = unit;
  if (gone !== undefined) {
    return gone;
  }
  // As it is now: a middleware may have begun a session and saved it, a guard may have destroyed one.
  const isAdmitted = active.stage.at === 'stored' && keys.every((key) => session.has(key) && Boolean(session.get(key)));
  return isAdmitted ? undefined : new UnauthorizedException();
}
