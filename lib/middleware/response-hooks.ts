import type { ServerResponse } from 'node:http';
import { holdResponse } from './held-response.js';
import { applyPassedHeaders, type PassedHeaders } from './response-headers.js';

/** What has to happen before a response leaves. */
export interface ResponseEvents {
  /** The headers leave now. `isEnding`: all that `beforeEnd()` had to do is done. */
  beforeHeaders(isEnding: boolean): void;
  /** The response is complete but for its end, which waits for the promise; `undefined` when there is nothing to wait for. */
  beforeEnd(): Promise<void> | undefined;
  /** The promise was rejected: the response that was about to end would be a lie. */
  onFailedEnd(error: unknown): void;
  onClose(): void;
}

/**
 * The one place where a response is tampered with. `end` is held until the session is committed, so that a client which has
 * the response finds its data on the next request; the body is never buffered.
 */
export function hookResponse(response: ServerResponse, events: ResponseEvents): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  let isEnding = false;

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
    events.beforeHeaders(isEnding);
    return writeHead(status, ...reason);
  };

  response.end = function endAfterCommit(...args: unknown[]): ServerResponse {
    const pending = isEnding ? undefined : events.beforeEnd();
    if (pending === undefined) {
      isEnding = true;
      return end(...args);
    }
    const release = holdResponse(response);
    pending.then(
      () => {
        release();
        isEnding = true;
        end(...args);
      },
      (error: unknown) => {
        release();
        isEnding = true;
        events.onFailedEnd(error);
      },
    );
    return response;
  };

  response.once('close', () => events.onClose());
}
