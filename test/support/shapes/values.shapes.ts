import {
  BadRequestException,
  Controller,
  Get,
  Head,
  Header,
  HttpCode,
  Options,
  Post,
  Redirect,
  VERSION_NEUTRAL,
  Version,
  VersioningType,
} from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { LockSession, Session } from 'nestjs-sessions';
import { concatMap, delay, map, of, tap, type Observable } from 'rxjs';
import { count, shapesOf } from './handler-shape.js';

@Controller('values')
class Values {
  @Get('value') value(@Session() session: Session): unknown {
    return count(session);
  }

  @Post('value') created(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('nothing') nothing(@Session() session: Session): void {
    count(session);
  }

  @Get('promise') async promise(@Session() session: Session): Promise<unknown> {
    await pause(1);
    return count(session);
  }

  @Get('observable') observable(@Session() session: Session): Observable<unknown> {
    return of(0).pipe(map(() => count(session)));
  }

  @Get('delayed') delayed(@Session() session: Session): Observable<unknown> {
    return of(0).pipe(
      delay(1),
      map(() => count(session)),
    );
  }

  @Get('several') several(@Session() session: Session): Observable<unknown> {
    return of('first', 'second', 'last').pipe(
      concatMap((value) => of(value).pipe(delay(1))),
      tap({ complete: () => count(session) }),
    );
  }

  @Get('promised-observable') async promised(@Session() session: Session): Promise<Observable<unknown>> {
    await pause(1);
    return this.delayed(session);
  }

  @Get('early') @LockSession('early') early(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('cacheable') @Header('Cache-Control', 'public, max-age=60') cacheable(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('redirect') @Redirect('/n') redirect(@Session() session: Session): void {
    count(session);
  }

  @Get('redirect-elsewhere') @Redirect('/n') elsewhere(@Session() session: Session): unknown {
    count(session);
    return { url: '/start', statusCode: 307 };
  }

  @Get('no-content') @HttpCode(204) noContent(@Session() session: Session): void {
    count(session);
  }

  @Get('not-modified') @HttpCode(304) notModified(@Session() session: Session): void {
    count(session);
  }

  @Get('not-found') @HttpCode(404) notFound(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('bad-request') badRequest(@Session() session: Session): never {
    count(session);
    throw new BadRequestException();
  }

  @Head('head') head(@Session() session: Session): void {
    count(session);
  }

  @Options('options') options(@Session() session: Session): unknown {
    return count(session);
  }
}

@Controller({ path: 'versions', version: [VERSION_NEUTRAL, '1'] })
class Versions {
  @Get() first(@Session() session: Session): unknown {
    return { n: session.get('n') };
  }

  @Version('2') @Get() second(@Session() session: Session): unknown {
    return count(session);
  }
}

/** The handler returns what is sent. */
export const valueShapes = shapesOf({ controllers: [Values] }, [
  ['a value', '/values/value'],
  ['a value that answers a POST', '/values/value', { method: 'POST', status: 201 }],
  ['no value', '/values/nothing'],
  ['a promise', '/values/promise'],
  ['an Observable', '/values/observable'],
  ['an Observable that takes its time', '/values/delayed'],
  ['an Observable of several values', '/values/several'],
  ['a promise of an Observable', '/values/promised-observable'],
  ['a value of a handler that locks early', '/values/early'],
  ['a value that may be cached', '/values/cacheable'],
  ['@Redirect()', '/values/redirect', { status: 302 }],
  ['@Redirect() to where the handler says', '/values/redirect-elsewhere', { status: 307 }],
  ['@HttpCode(204)', '/values/no-content', { status: 204 }],
  ['@HttpCode(304)', '/values/not-modified', { status: 304 }],
  ['@HttpCode(404)', '/values/not-found', { status: 404 }],
  ['an error below 500', '/values/bad-request', { status: 400 }],
  ['HEAD', '/values/head', { method: 'HEAD' }],
  ['HEAD that a GET handler answers', '/values/value', { method: 'HEAD' }],
  ['OPTIONS', '/values/options', { method: 'OPTIONS' }],
  [
    'a value under a global prefix',
    '/api/values/value',
    { configure: (app) => app.setGlobalPrefix('api', { exclude: ['start', 'n'] }) },
  ],
  [
    'a value of a route with a version',
    '/v2/versions',
    { controllers: [Versions], configure: (app) => app.enableVersioning({ type: VersioningType.URI }) },
  ],
]);
