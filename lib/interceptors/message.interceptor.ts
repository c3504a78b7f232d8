import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { socketMessageOf } from '../sockets/socket-message.js';

/** Stands around the handlers of gateways: commits the session of a message before its acknowledgement leaves. */
class MessageInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return socketMessageOf(context.getArgs())?.around(next.handle()) ?? next.handle();
  }
}

/** One for all applications: all that it needs comes with the message. */
export const messageInterceptor: NestInterceptor = new MessageInterceptor();
