import type { ServerResponse } from 'node:http';

type Call = (this: ServerResponse, ...args: unknown[]) => unknown;

/**
 * What a response does that counts as sent, in place of what it would do. Calls fail as Node's own fail after the headers or the
 * end: code that goes on after a `res.json()` must neither hang nor change what the client gets.
 */
export const SENT: Readonly<Record<string, Call>> = {
  setHeader: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client'),
  appendHeader: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot append headers after they are sent to the client'),
  removeHeader: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot remove headers after they are sent to the client'),
  writeHead: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot write headers after they are sent to the client'),
  flushHeaders: () => undefined,
  write: () => refuse('ERR_STREAM_WRITE_AFTER_END', 'write after end'),
};

/**
 * The same after an error of ours: the application answers late, and cannot know. Nothing happens, and nothing is thrown: in a
 * timer that would end the process.
 */
export const IGNORED: Readonly<Record<string, Call>> = {
  setHeader: itself,
  appendHeader: itself,
  removeHeader: () => undefined,
  writeHead: itself,
  flushHeaders: () => undefined,
  write: () => true,
};

/** A second end is ignored; but who waits to hear of it hears of the first one, as in Node. */
export function endAgain(response: ServerResponse, callback: unknown): ServerResponse {
  if (typeof callback === 'function') {
    const call = (): void => {
      Reflect.apply(callback, response, []);
    };
    if (response.writableFinished) {
      process.nextTick(call);
    } else {
      response.once('finish', call);
    }
  }
  return response;
}

function itself(this: ServerResponse): ServerResponse {
  return this;
}

function refuse(code: string, message: string): never {
  throw Object.assign(new Error(message), { code });
}
