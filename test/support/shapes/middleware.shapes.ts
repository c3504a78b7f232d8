import { Controller, Get, Module, Res, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Session } from 'nestjs-sessions';
import { count, loadAndCount, sessionOf, shapesOf } from './handler-shape.js';
import { compressResponse, endLater, onHeaders } from './response-wrappers.js';

@Controller('middleware')
class Handlers {
  @Get('value') value(@Session() session: Session): unknown {
    return count(session);
  }

  @Get('json') json(@Session() session: Session, @Res() response: Response): void {
    setTimeout(() => response.send(count(session)), 2);
  }

  @Get('pass') pass(@Session() session: Session): unknown {
    return { n: session.get('n') };
  }
}

/** With what Node gives it, as middleware gets it on Fastify. */
function answer(request: IncomingMessage, response: ServerResponse, next: NextFunction): void {
  loadAndCount(request).then((counted) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(counted));
  }, next);
}

/** In a module of its own, which comes after ours. */
@Module({})
class AnswersByMiddleware implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(answer).forRoutes('middleware/answers');
  }
}

@Module({ imports: [AnswersByMiddleware] })
class Inner {}

type Step = (request: Request, response: Response) => unknown;

/** Middleware that goes on when its step is done, and with the error when it fails. */
function middleware(step: Step) {
  return (request: Request, response: Response, next: NextFunction): void => {
    Promise.resolve()
      .then(() => step(request, response))
      .then(() => next(), next);
  };
}

function onRoute(path: string, ...steps: Step[]): Parameters<typeof shapesOf>[0] {
  return { configure: (app) => steps.forEach((step) => app.use(path, middleware(step))) };
}

const load: Step = (request) => sessionOf(request).load();
const compress: Step = (_, response) => compressResponse(response);
const mark: Step = (_, response) => onHeaders(response, () => response.setHeader('X-Marked', 'yes'));
const delay: Step = (_, response) => endLater(response);

/** Middleware works on the session, answers, or wraps what the response is sent by. */
export const middlewareShapes = shapesOf({ controllers: [Handlers] }, [
  ['middleware of a module that answers', '/middleware/answers', { imports: [Inner] }],
  [
    'middleware of main.ts that answers',
    '/middleware/main',
    {
      configure: (app) => app.use('/middleware/main', answer),
    },
  ],
  ['middleware of main.ts that counts', '/middleware/pass', onRoute('/middleware/pass', loadAndCount)],
  [
    'error middleware that counts and answers',
    '/middleware/fails',
    {
      status: 418,
      answersErrors: true,
      configure: (app) => {
        app.use(
          '/middleware/fails',
          middleware(() => Promise.reject(new Error('it fails'))),
        );
        app.use('/middleware/fails', (_: unknown, request: Request, response: Response, next: NextFunction) => {
          loadAndCount(request).then((counted) => response.status(418).json(counted), next);
        });
      },
    },
  ],
  ['compression of a value', '/middleware/value', onRoute('/middleware/value', compress)],
  ['compression of a reply in a timer', '/middleware/json', onRoute('/middleware/json', compress)],
  [
    'compression that is laid over a touched session',
    '/middleware/value',
    onRoute('/middleware/value', load, compress),
  ],
  [
    'compression of a reply in a timer that is laid over a touched session',
    '/middleware/json',
    onRoute('/middleware/json', load, compress),
  ],
  ['an end that waits for something', '/middleware/value', onRoute('/middleware/value', delay)],
  ['an end that waits for something, in a timer', '/middleware/json', onRoute('/middleware/json', delay)],
  [
    'an end that waits for something and is laid over a touched session',
    '/middleware/value',
    onRoute('/middleware/value', load, delay),
  ],
  ['a listener of the headers', '/middleware/value', onRoute('/middleware/value', mark)],
  [
    'a listener of the headers that is laid over a touched session',
    '/middleware/json',
    onRoute('/middleware/json', load, mark),
  ],
]);
