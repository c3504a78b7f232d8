import type { ServerResponse } from 'node:http';
import { holdResponse } from './sealed-response.js';
import { applyPassedHeaders, type PassedHeaders } from './response-headers.js';

/** What has to happen before a response leaves. */
export interface ResponseEvents {
  /**
   * The headers are complete, and the body is not: neither leaves before the promise settles. `isEnding`: all that
   * `beforeEnd()` had to do is done.
   */
  beforeHeaders(isEnding: boolean): Promise<void> | undefined;
  /** The response is complete but for its end, which waits for the promise; `undefined` when there is nothing to wait for. */
  beforeEnd(): Promise<void> | undefined;
  /** One of the promises was rejected: the response that was about to leave would be a lie. */
  onFailure(error: unknown): void;
  onClose(): void;
}

/**
 * The one place where a response is tampered with. `end` is held until the session is committed, so that a client which has
 * the response finds its data on the next request. What is written meanwhile waits in Node's own buffer, with its
 * back-pressure.
 */
export function hookResponse(response: ServerResponse, events: ResponseEvents): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  let isEnding = false;

  function fail(error: unknown): void {
    if (!isEnding) {
      isEnding = true;
      events.onFailure(error);
    }
  }

  response.writeHead = function writeHeadWithSession(status: number, ...rest: unknown[]): ServerResponse {
    if (response.headersSent) {
      return writeHead(status, ...rest);
    }
    const reason = rest.filter((arg) => typeof arg === 'string').slice(0, 1);
    const headers = rest.find((arg): arg is PassedHeaders => typeof arg === 'object' && arg !== null);
    if (headers !== undefined) {
      applyPassedHeaders(response, headers);
    }
    response.statusCode = status;
    const pending = events.beforeHeaders(isEnding);
    if (pending !== undefined) {
      // To a client that was told the length the body is complete before the end: holding that back would not be enough.
      response.cork();
      pending.then(() => response.uncork(), fail);
    }
    return writeHead(status, ...reason);
  };

  response.end = function endAfterCommit(...args: unknown[]): ServerResponse {
    const pending = isEnding ? undefined : events.beforeEnd();
    if (pending === undefined) {
      isEnding = true;
      return end(...args);
    }
    const release = holdResponse(response);
    pending
      .then(
        () => {
          release();
          isEnding = true;
          end(...args);
        },
        (error: unknown) => {
          release();
          fail(error);
        },
      )
      // Node refuses a body or a status that is none: whoever called `end` can no longer be told.
      .catch((error: unknown) => events.onFailure(error));
    return response;
  };

  response.on('close', () => events.onClose());
}
