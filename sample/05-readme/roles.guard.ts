import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Session } from 'nestjs-sessions';

declare module 'nestjs-sessions' {
  interface SessionData {
    role?: string;
  }
}

export const Roles = Reflector.createDecorator<string[] | undefined>();

@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const roles = this.reflector.getAllAndOverride(Roles, [context.getHandler(), context.getClass()]);
    if (roles === undefined) return true;
    const { session } = context.switchToHttp().getRequest<{ readonly session: Session }>();
    // Guards run before the session is loaded for the handler.
    await session.load();
    return roles.includes(session.get('role') ?? '');
  }
}
