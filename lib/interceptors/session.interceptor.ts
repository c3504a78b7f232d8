import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { requestSessionOf, type RequestSession } from '../http/http-session.js';

/** Loads the session before the handler, and commits it before the first byte of the response. */
class SessionInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const requestSession =
      context.getType() === 'http' ? requestSessionOf(context.switchToHttp().getRequest()) : undefined;
    if (requestSession === undefined) {
      return next.handle();
    }
    await requestSession.lifecycle.load();
    requestSession.handlerStarted();
    return committed(next.handle(), requestSession);
  }
}

/** Completes when the session is committed: Nest sends the response on completion. */
function committed(result: Observable<unknown>, requestSession: RequestSession): Observable<unknown> {
  return new Observable((subscriber) => {
    let isSettled = false;
    const subscription = result.subscribe({
      next: (value) => subscriber.next(value),
      error: (error: unknown) => {
        isSettled = true;
        requestSession.handlerFailed(error);
        subscriber.error(error);
      },
      complete: () => {
        isSettled = true;
        const committing = requestSession.handlerSucceeded();
        if (committing === undefined) {
          subscriber.complete();
          return;
        }
        committing.then(
          () => subscriber.complete(),
          (error: unknown) => subscriber.error(error),
        );
      },
    });
    return () => {
      subscription.unsubscribe();
      if (!isSettled) {
        requestSession.handlerStopped();
      }
    };
  });
}

/** One for all applications: all that it needs is on the request, so a controller that has it also works without the module. */
export const sessionInterceptor: NestInterceptor = new SessionInterceptor();
