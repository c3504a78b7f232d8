import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { graphqlFieldOf } from '../graphql/graphql-field.js';
import { graphqlRequestOf } from '../graphql/graphql-request.js';
import { isRootField } from '../graphql/resolvers.js';

/**
 * Stands around the root fields of GraphQL and notes how they end, since the status of the reply does not say it. It commits
 * nothing: the other fields of the operation may still run.
 */
class RootFieldInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const field = isRootField(context.getHandler()) ? graphqlFieldOf(context.getArgs()) : undefined;
    if (field === undefined) {
      return next.handle();
    }
    const request = graphqlRequestOf(field.http);
    const outcome = { complete: () => request.succeed(), error: (error: unknown) => request.fail(error) };
    return next.handle().pipe(tap(field.http.reply), tap(outcome));
  }
}

/** One for all applications: all that it needs is on the request. */
export const rootFieldInterceptor: NestInterceptor = new RootFieldInterceptor();
