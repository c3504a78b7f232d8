import { Catch, type ArgumentsHost, type INestApplication } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';

/** Why the session of the request is gone: `undefined`, `'destroyed'` or `'rotated'`. */
export function goneOf(session: object): unknown {
  return Reflect.get(session, 'gone');
}

/** The stable code of an error of the library. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
}

/** Notes the code of every error that reaches the global filters, and answers as Nest does. */
@Catch()
export class ErrorCodes extends BaseExceptionFilter {
  readonly seen: unknown[] = [];

  /** For `configure` of a test's application. */
  readonly mount = (app: INestApplication): void => {
    this.applicationRef = app.get(HttpAdapterHost).httpAdapter;
    app.useGlobalFilters(this);
  };

  override catch(error: unknown, host: ArgumentsHost): void {
    this.seen.push(codeOf(error));
    super.catch(error, host);
  }
}
