import { Catch, type ArgumentsHost, type INestApplication } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { SessionsError } from 'nestjs-sessions';

/** What requests are told while the circuit breaker leaves the store alone. */
export const LEFT_ALONE = /did not answer five times in a row/;

/** A filter of the application's own, which knows of every error: the log has one line a minute for each kind. */
@Catch(SessionsError)
export class ErrorBook extends BaseExceptionFilter {
  readonly messages: string[] = [];

  /** One that the application has from now on. */
  static of(nest: INestApplication): ErrorBook {
    const book = new ErrorBook(nest.getHttpAdapter());
    nest.useGlobalFilters(book);
    return book;
  }

  override catch(error: SessionsError, host: ArgumentsHost): void {
    this.messages.push(error.message);
    super.catch(error, host);
  }

  matching(pattern: RegExp): string[] {
    return this.messages.filter((message) => pattern.test(message));
  }
}
