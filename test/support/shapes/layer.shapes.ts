import {
  BadRequestException,
  Catch,
  Controller,
  Get,
  Query,
  Req,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Response } from 'express';
import { setTimeout as pause } from 'node:timers/promises';
import { Session } from 'nestjs-sessions';
import { catchError, concatMap, delay, from, map, of, retry, type Observable } from 'rxjs';
import { count, loadAndCount, sessionOf, shapesOf } from './handler-shape.js';
import { useViews } from './response.shapes.js';

const requestOf = (context: ExecutionContext): unknown => context.switchToHttp().getRequest();

/** Works on the value when the handler is long done, and counts. */
class CountsAfterwards implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      concatMap(async (value: unknown) => {
        await pause(2);
        count(sessionOf(requestOf(context)));
        return value;
      }),
    );
  }
}

class Delays implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      delay(2),
      map(() => count(sessionOf(requestOf(context)))),
    );
  }
}

class MapsErrors implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(() => of(count(sessionOf(requestOf(context)))).pipe(delay(2))));
  }
}

class Retries implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(retry({ count: 1, delay: 2 }));
  }
}

/** Answers in the place of the handler, as a cache does. */
class AnswersItself implements NestInterceptor {
  intercept(context: ExecutionContext): Observable<unknown> {
    return from(loadAndCount(requestOf(context)));
  }
}

class Counts implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await loadAndCount(requestOf(context));
    return true;
  }
}

class AnswersInGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const counted = await loadAndCount(requestOf(context));
    context.switchToHttp().getResponse<Response>().send(counted);
    return false;
  }
}

class Rejects {
  transform(): never {
    throw new BadRequestException();
  }
}

@Catch()
class SetsFlash implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    http
      .getResponse<Response>()
      .status(422)
      .send(count(sessionOf(http.getRequest())));
  }
}

@Catch()
class AnswersLate implements ExceptionFilter {
  async catch(_: unknown, host: ArgumentsHost): Promise<void> {
    await pause(2);
    const http = host.switchToHttp();
    http
      .getResponse<Response>()
      .status(422)
      .send(count(sessionOf(http.getRequest())));
  }
}

@Catch()
class Renders implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    count(sessionOf(http.getRequest()));
    http.getResponse<Response>().status(422).render('page');
  }
}

@Controller('layers')
class Layers {
  @Get('plain') plain(@Session() session: Session): unknown {
    return { n: session.get('n') };
  }

  @Get('method') @UseInterceptors(CountsAfterwards) method(@Session() session: Session): unknown {
    return this.plain(session);
  }

  @Get('map-errors') @UseInterceptors(MapsErrors) mapErrors(@Session() session: Session): never {
    throw new Error(`n is ${String(session.get('n'))}`);
  }

  @Get('retry')
  @UseInterceptors(Retries)
  async retry(@Session() session: Session, @Req() request: { attempts?: number }): Promise<unknown> {
    request.attempts = (request.attempts ?? 0) + 1;
    if (request.attempts === 1) {
      throw new Error('the first attempt fails');
    }
    return count(session);
  }

  @Get('cache') @UseInterceptors(AnswersItself) cache(@Session() session: Session): unknown {
    return this.plain(session);
  }

  @Get('guard') @UseGuards(AnswersInGuard) guard(@Session() session: Session): unknown {
    return this.plain(session);
  }

  @Get('pipe') @UseGuards(Counts) pipe(@Session() session: Session, @Query('n', Rejects) n: unknown): unknown {
    return { ...count(session), n };
  }

  @Get('flash') @UseFilters(SetsFlash) flash(@Session() session: Session): never {
    throw new Error(`n is ${String(session.get('n'))}`);
  }

  @Get('late-filter') @UseFilters(AnswersLate) lateFilter(@Session() session: Session): never {
    throw new Error(`n is ${String(session.get('n'))}`);
  }

  @Get('rendering-filter') @UseFilters(Renders) renderingFilter(@Session() session: Session): never {
    throw new Error(`n is ${String(session.get('n'))}`);
  }
}

@Controller('intercepted')
@UseInterceptors(Delays)
class Intercepted {
  @Get() plain(@Session() session: Session): unknown {
    return { n: session.get('n') };
  }
}

/** Somebody around the handler works on the session, or answers. */
export const layerShapes = shapesOf({ controllers: [Layers, Intercepted] }, [
  [
    'a global interceptor that works on the value later',
    '/layers/plain',
    {
      controllers: [Layers],
      configure: (app) => app.useGlobalInterceptors({ intercept: (...args) => onRoute('/layers/plain', ...args) }),
    },
  ],
  ["a controller's interceptor that works on the value later", '/intercepted'],
  ["a method's interceptor that works on the value later", '/layers/method'],
  ['an interceptor that answers an error', '/layers/map-errors', { answersErrors: true }],
  ['an interceptor that tries again', '/layers/retry'],
  [
    'an interceptor that tries again where errors store nothing',
    '/layers/retry',
    { sessions: { commitOnError: false } },
  ],
  ['an interceptor that answers by itself', '/layers/cache'],
  ['a guard that answers by itself', '/layers/guard'],
  ['a pipe that rejects what a guard has counted', '/layers/pipe', { status: 400 }],
  ['a filter that counts', '/layers/flash', { status: 422, answersErrors: true }],
  ['a filter that answers later', '/layers/late-filter', { status: 422, answersErrors: true }],
  [
    'a filter that renders a page',
    '/layers/rendering-filter',
    { status: 422, answersErrors: true, configure: useViews },
  ],
]);

/** A global interceptor sees every route of the application: it counts on this one alone. */
function onRoute(path: string, context: ExecutionContext, next: CallHandler): Observable<unknown> {
  const { url } = context.switchToHttp().getRequest<{ url: string }>();
  return url === path ? new CountsAfterwards().intercept(context, next) : next.handle();
}
