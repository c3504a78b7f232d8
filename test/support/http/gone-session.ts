import { Catch, type ArgumentsHost, type HttpServer, type INestApplication } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';

/** Why the session of the request is gone: `undefined`, `'destroyed'` or `'rotated'`. */
export function goneOf(session: object): unknown {
  return Reflect.get(session, 'gone');
}

/** The stable code of an error of the library. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}

@Catch()
class NotingFilter extends BaseExceptionFilter {
  constructor(
    adapter: HttpServer,
    private readonly seen: unknown[],
  ) {
    super(adapter);
  }

  override catch(error: unknown, host: ArgumentsHost): void {
    this.seen.push(codeOf(error));
    super.catch(error, host);
  }
}

/** The code of every error that reaches the global filters, which answer as Nest does. */
export class ErrorCodes {
  readonly seen: unknown[] = [];

  /** For `configure` of a test's application. */
  readonly mount = (app: INestApplication): void => {
    app.useGlobalFilters(new NotingFilter(app.getHttpAdapter(), this.seen));
  };
}
