import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { socketFieldOf } from '../graphql/socket-field.js';

/** Stands around the root fields of GraphQL whose operation came over a socket: commits the session before anything is sent. */
class SocketFieldInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return socketFieldOf(context.getArgs())?.around(() => next.handle()) ?? next.handle();
  }
}

/** One for all applications: all that it needs comes with the field. */
export const socketFieldInterceptor: NestInterceptor = new SocketFieldInterceptor();
