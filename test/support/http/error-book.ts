import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { SessionsError } from 'nestjs-sessions';

/** A filter of the application's own, which knows of every error: the log has one line a minute for each kind. */
@Catch(SessionsError)
export class ErrorBook extends BaseExceptionFilter {
  readonly messages: string[] = [];

  override catch(error: SessionsError, host: ArgumentsHost): void {
    this.messages.push(error.message);
    super.catch(error, host);
  }

  matching(pattern: RegExp): string[] {
    return this.messages.filter((message) => pattern.test(message));
  }
}
