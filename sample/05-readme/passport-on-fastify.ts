import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import flash from 'connect-flash';
import type { FastifyReply, preHandlerHookHandler } from 'fastify';
import passport from 'passport';

export function mountPackages(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preHandler', passport.session() as preHandlerHookHandler);
  fastify.addHook('preHandler', flash() as unknown as preHandlerHookHandler);
}

@Injectable()
export class ProviderGuard extends AuthGuard('provider') {
  getResponse(context: ExecutionContext): unknown {
    return context.switchToHttp().getResponse<FastifyReply>().raw;
  }
}
