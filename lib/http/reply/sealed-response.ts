import type { ServerResponse } from 'node:http';

/** How calls are answered that come after the reply: as Node would answer them, or not at all. */
export type Seal = 'sent' | 'ignored';

/** A member of a response. */
export type Call = (this: ServerResponse, ...args: unknown[]) => unknown;

type SealableName = 'setHeader' | 'appendHeader' | 'removeHeader' | 'writeHead' | 'flushHeaders' | 'write';

/**
 * While the end waits for the commit the response counts as sent. Calls fail as Node's own fail after the headers or the end: code
 * that goes on after a `res.json()` must neither hang nor change what the client gets.
 */
const SENT: Readonly<Record<SealableName, Call>> = {
  setHeader: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client'),
  appendHeader: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot append headers after they are sent to the client'),
  removeHeader: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot remove headers after they are sent to the client'),
  writeHead: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot write headers after they are sent to the client'),
  flushHeaders: () => undefined,
  write: () => refuse('ERR_STREAM_WRITE_AFTER_END', 'write after end'),
};

/**
 * After an error of ours the application may answer late, and cannot know. Nothing happens, and nothing is thrown: in a timer that
 * would end the process.
 */
const IGNORED: Readonly<Record<SealableName, Call>> = {
  setHeader: itself,
  appendHeader: itself,
  removeHeader: () => undefined,
  writeHead: itself,
  flushHeaders: () => undefined,
  write: () => true,
};

/** What a member of a sealed response does in place of what it would do. */
export function sealedCall(seal: Seal, name: SealableName): Call {
  return seal === 'sent' ? SENT[name] : IGNORED[name];
}

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
