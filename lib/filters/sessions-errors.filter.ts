import { Catch, HttpException, Inject, Logger, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import {
  SessionGoneError,
  SessionLockLostError,
  SessionLockTimeoutError,
  SessionsError,
  SessionStoreError,
} from '../errors/index.js';
import type { PlatformRequest } from '../http/http-request.js';
import { HttpSessions } from '../http/http-sessions.js';
import { breakOff } from '../http/reply/break-off.js';
import { errorBody } from '../http/reply/error-response.js';
import { ThrottledLogger } from '../logging/throttled-logger.js';
import type { ResolvedOptions } from '../options/sessions-options.js';
import { RESOLVED_OPTIONS } from '../sessions.constants.js';

/** Nest logs each error with its stack: 16 MB for 2,000 refused requests. */
const FREQUENT = [SessionGoneError, SessionLockLostError, SessionLockTimeoutError, SessionStoreError];

/**
 * Answers errors of this library with the text of their status: Nest before 11.2.8 and GraphQL would send their messages, which are
 * for the log. Of those that come in floods it logs one line a minute for each kind. Every filter of the application comes before it.
 */
@Catch(SessionsError)
export class SessionsErrorsFilter extends BaseExceptionFilter {
  readonly #logger = new Logger('SessionsModule');
  readonly #floods: ThrottledLogger;

  constructor(
    @Inject(RESOLVED_OPTIONS) { clock }: ResolvedOptions,
    private readonly sessions: HttpSessions,
  ) {
    super();
    this.#floods = new ThrottledLogger(clock, (message) => this.#logger.error(message));
  }

  override catch(error: SessionsError, host: ArgumentsHost): void {
    const type = host.getType<string>();
    if (type === 'http') {
      this.#log(error);
      this.#answer(error, host);
    } else if (type === 'graphql') {
      // What is thrown here is the error of the field: it would else send the message.
      this.#log(error);
      throw withoutLog(error.status);
    }
    // In other contexts a filter that returns nothing leaves the error to Nest.
  }

  #answer({ status }: SessionsError, host: ArgumentsHost): void {
    const { platform } = this.sessions;
    const response = platform.responseOf(platform.nodeRequestOf(host.getArgByIndex<PlatformRequest>(0)));
    if (response?.headersSent !== true) {
      super.catch(withoutLog(status), host);
    } else if (!response.writableEnded) {
      // Nest would end the body, as if it were whole and what has failed were done. On Fastify Nest 11 would try to send headers.
      breakOff(response);
    }
  }

  #log(error: SessionsError): void {
    if (FREQUENT.some((kind) => error instanceof kind)) {
      const kind = error instanceof SessionLockTimeoutError ? `${error.code}: ${error.reason}` : error.code;
      this.#floods.log(kind, `${error.name}: ${error.message}`);
    } else {
      this.#logger.error(error);
    }
  }
}

/** Nest answers an `HttpException` without logging it. */
function withoutLog(statusCode: number): HttpException {
  return new HttpException(errorBody(statusCode), statusCode);
}
