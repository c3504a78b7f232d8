import { Catch, HttpException, Inject, Logger, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import {
  SessionGoneError,
  SessionLockLostError,
  SessionLockTimeoutError,
  SessionStoreError,
  type SessionsError,
} from '../errors/index.js';
import { errorBody } from '../http/reply/error-response.js';
import { ThrottledLogger } from '../logging/throttled-logger.js';
import type { ResolvedOptions } from '../options/sessions-options.js';
import { RESOLVED_OPTIONS } from '../sessions.constants.js';

/**
 * Answers errors that come in floods as Nest would, but logs one line a minute for each kind: Nest logs each one with its stack
 * (16 MB for 2,000 refused requests). Every filter of the application comes before this one.
 */
@Catch(SessionGoneError, SessionLockLostError, SessionLockTimeoutError, SessionStoreError)
export class FrequentErrorsFilter extends BaseExceptionFilter {
  readonly #log: ThrottledLogger;

  constructor(@Inject(RESOLVED_OPTIONS) { clock }: ResolvedOptions) {
    super();
    const logger = new Logger('SessionsModule');
    this.#log = new ThrottledLogger(clock, (message) => logger.error(message));
  }

  override catch(error: SessionsError, host: ArgumentsHost): void {
    // In other contexts a filter that returns nothing leaves the error to Nest.
    if (host.getType() === 'http') {
      const kind = error instanceof SessionLockTimeoutError ? `${error.code}: ${error.reason}` : error.code;
      this.#log.log(kind, `${error.name}: ${error.message}`);
      super.catch(withoutLog(error.status), host);
    }
  }
}

/** Nest answers an `HttpException` without logging it. */
function withoutLog(statusCode: number): HttpException {
  return new HttpException(errorBody(statusCode), statusCode);
}
