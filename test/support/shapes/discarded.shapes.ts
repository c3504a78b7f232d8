import {
  BadRequestException,
  Catch,
  Controller,
  Get,
  HttpCode,
  HttpException,
  InternalServerErrorException,
  Next,
  Query,
  RequestTimeoutException,
  Res,
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
import type { NextFunction, Response } from 'express';
import { setTimeout as pause } from 'node:timers/promises';
import { Session } from 'nestjs-sessions';
import { catchError, delay, map, mergeMap, of, throwError, timeout, type Observable } from 'rxjs';
import { count, loadAndCount, shapesOf } from './handler-shape.js';
import { useViews } from './response.shapes.js';

const fail = (): never => {
  throw new Error('a bug');
};

class FailsAfterwards implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(delay(2), map(fail));
  }
}

class TimesOut implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      timeout(50),
      catchError(() => throwError(() => new RequestTimeoutException())),
    );
  }
}

class CountsAndFails implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await loadAndCount(context.switchToHttp().getRequest());
    return fail();
  }
}

class Rejects {
  transform(): never {
    throw new InternalServerErrorException();
  }
}

@Catch()
class FailsItself implements ExceptionFilter {
  catch(): never {
    return fail();
  }
}

@Catch()
class AnswersLate implements ExceptionFilter {
  async catch(_: unknown, host: ArgumentsHost): Promise<void> {
    await pause(2);
    host.switchToHttp().getResponse<Response>().status(502).send({ late: true });
  }
}

@Controller('discarded')
class Discarded {
  @Get('error') error(@Session() session: Session): never {
    count(session);
    return fail();
  }

  @Get('rejection') async rejection(@Session() session: Session): Promise<never> {
    count(session);
    await pause(1);
    throw new HttpException('busy', 503);
  }

  @Get('observable') observable(@Session() session: Session): Observable<never> {
    count(session);
    return of(0).pipe(delay(1), mergeMap(fail));
  }

  @Get('bigint') bigint(@Session() session: Session): unknown {
    count(session);
    return { id: 10n };
  }

  @Get('cycle') cycle(@Session() session: Session): unknown {
    const cycle: Record<string, unknown> = { ...count(session) };
    return Object.assign(cycle, { cycle });
  }

  @Get('bigint-send') bigintSend(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.send({ id: 10n });
  }

  @Get('template') template(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.render('page', { fails: true });
  }

  @Get('no-template') noTemplate(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.render('none');
  }

  @Get('http-code') @HttpCode(500) httpCode(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('timer') timer(@Session() session: Session, @Res() response: Response): void {
    setTimeout(() => response.status(500).send(count(session)), 2);
  }

  @Get('stream') stream(@Session() session: Session, @Res() response: Response): void {
    count(session);
    response.status(500).write('it ');
    response.end('failed');
  }

  @Get('next') next(@Session() session: Session, @Next() next: NextFunction): void {
    count(session);
    setTimeout(() => next(new Error('a bug')), 2);
  }

  @Get('outer') @UseInterceptors(FailsAfterwards) outer(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('timeout') @UseInterceptors(TimesOut) timeout(@Session() session: Session): Promise<never> {
    count(session);
    return new Promise(() => undefined);
  }

  @Get('guard') @UseGuards(CountsAndFails) guard(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('pipe') pipe(@Session() session: Session, @Query('n', Rejects) n: unknown): unknown {
    return { ...count(session), n };
  }

  @Get('filter') @UseFilters(FailsItself) filter(@Session() session: Session): never {
    count(session);
    throw new BadRequestException();
  }

  @Get('late-filter') @UseFilters(AnswersLate) lateFilter(@Session() session: Session): never {
    count(session);
    throw new BadRequestException();
  }
}

/** The final status says that the request failed: what it did to the session is discarded. */
export const discardedShapes = shapesOf({ controllers: [Discarded], status: 500 }, [
  ['a handler that throws', '/discarded/error'],
  ['a promise that is rejected', '/discarded/rejection', { status: 503 }],
  ['an Observable that fails', '/discarded/observable'],
  ['a value with a BigInt', '/discarded/bigint'],
  ['a value with a cycle', '/discarded/cycle'],
  ['res.send() of a BigInt', '/discarded/bigint-send'],
  ['a template that fails', '/discarded/template', { configure: useViews }],
  ['a template that is not there', '/discarded/no-template', { configure: useViews }],
  ['@HttpCode(500)', '/discarded/http-code'],
  ['a reply of 500 in a timer', '/discarded/timer'],
  ['a stream of status 500', '/discarded/stream', { isStreamed: true }],
  ['next() with an error', '/discarded/next'],
  ['an outer interceptor that fails afterwards', '/discarded/outer'],
  ['an interceptor that ends the wait', '/discarded/timeout', { status: 408 }],
  ['a guard that counts and fails', '/discarded/guard'],
  ['a pipe that fails', '/discarded/pipe'],
  ['a filter that fails', '/discarded/filter'],
  ['a filter that answers 502 later', '/discarded/late-filter', { status: 502 }],
]);
