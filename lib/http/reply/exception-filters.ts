import type { ArgumentsHost, ContextType, ExceptionFilter, Type } from '@nestjs/common';
import { BaseExceptionFilter, type ApplicationConfig, type HttpAdapterHost } from '@nestjs/core';
import type { ServerResponse } from 'node:http';
import { CAUGHT } from '../../nest.constants.js';
import type { HttpSession } from '../http-session.js';
import { breakOff } from './break-off.js';
import { endWithError, errorBody, statusOf } from './error-response.js';

/**
 * The application's own global filters, for an error that comes when no handler runs any more. They are asked directly: by
 * `next(error)` Nest would change errors below 500 into others, and a request that is past its error handlers would find none.
 */
export class ExceptionFilters {
  constructor(
    private readonly config: ApplicationConfig,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** Rejects with what the filter throws. */
  async handle(error: unknown, args: readonly unknown[]): Promise<void> {
    // As Nest: the last one is asked first, and its own answers and logs what the application leaves.
    const own = this.config.getGlobalFilters().findLast((candidate) => catches(candidate, error));
    const filter = own ?? new BaseExceptionFilter(this.adapterHost.httpAdapter);
    await filter.catch(error, new HttpHost(args));
  }

  /** In place of the filters. */
  answer(error: unknown, args: readonly unknown[]): void {
    const status = statusOf(error);
    this.adapterHost.httpAdapter.reply(args[1], errorBody(status), status);
  }
}

/** The application's filters answer the failure of a commit, and we do when they have not within the deadline. */
export function showToFilters(
  http: HttpSession,
  response: ServerResponse,
  failure: unknown,
  isUnanswered: () => boolean,
): void {
  const { filters, clock, answerTimeout } = http.sessions.settings;
  const args = http.platform.filterArguments(http.request);
  if (args === undefined) {
    http.report('The session could not be stored, and no exception filter can answer', failure);
    endWithError(response, failure);
    return;
  }
  const answer = (): void => {
    if (!isUnanswered()) {
      return;
    }
    if (response.headersSent) {
      breakOff(response);
    } else {
      filters.answer(failure, args);
    }
  };
  clock.setTimer(answer, answerTimeout);
  filters.handle(failure, args).catch((error: unknown) => {
    http.report('An exception filter failed on a session that could not be stored', error);
    answer();
  });
}

function catches(filter: ExceptionFilter, error: unknown): boolean {
  const caught = (Reflect.getMetadata(CAUGHT, filter.constructor) ?? []) as readonly Type[];
  return caught.length === 0 || caught.some((one) => error instanceof one);
}

/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- as Nest declares it */
/** What a filter sees of the exchange. */
class HttpHost implements ArgumentsHost {
  constructor(private readonly args: readonly unknown[]) {}

  getArgs<T extends unknown[]>(): T {
    return [...this.args] as T;
  }

  getArgByIndex<T>(index: number): T {
    return this.args[index] as T;
  }

  getType<T extends string = ContextType>(): T {
    return 'http' as T;
  }

  switchToHttp(): ReturnType<ArgumentsHost['switchToHttp']> {
    return {
      getRequest: <T>() => this.getArgByIndex<T>(0),
      getResponse: <T>() => this.getArgByIndex<T>(1),
      getNext: <T>() => this.getArgByIndex<T>(2),
    };
  }

  switchToRpc(): never {
    throw new TypeError('This is an HTTP request: switchToHttp()');
  }

  switchToWs(): never {
    throw new TypeError('This is an HTTP request: switchToHttp()');
  }
}
