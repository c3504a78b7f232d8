import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import type { PlatformRequest } from '../http/http-request.js';
import { httpSessionOf } from '../http/session-of.js';

/** Stands around an HTTP handler that takes the session: loads it before, and tells its reply when the handler is done. */
class SessionInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> | Promise<Observable<unknown>> {
    const http = context.getType() === 'http' ? httpSessionOf(context.getArgByIndex<PlatformRequest>(0)) : undefined;
    return http === undefined ? next.handle() : http.load().then(() => next.handle().pipe(tap(http.reply)));
  }
}

/** One for all applications: all that it needs is on the request, so a controller that has it also works without the module. */
export const sessionInterceptor: NestInterceptor = new SessionInterceptor();
