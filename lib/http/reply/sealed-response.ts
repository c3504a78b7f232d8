import type { ServerResponse } from 'node:http';

/** How far the reply of one request is. */
export type ReplyState =
  | 'open'
  /** Its end waits for the commit: it counts as sent. */
  | 'held'
  /** The commit has failed, and the application's filters answer instead. */
  | 'failing'
  /** They have answered, and a second answer is ignored; what others have laid around `end` may still work on it. */
  | 'answered'
  /** Their answer has ended: whatever the application still does with the response is ignored. */
  | 'failed'
  /** What the application has answered is on its way. */
  | 'ended';

/** A member of a response. */
export type Call = (this: ServerResponse, ...args: unknown[]) => unknown;

type SealableName = 'setHeader' | 'appendHeader' | 'removeHeader' | 'writeHead' | 'flushHeaders' | 'write';
type SealedCalls = Readonly<Record<SealableName, Call>>;

/**
 * While the end waits for the commit the response counts as sent. Calls fail as Node's own fail after the headers or the end: code
 * that goes on after a `res.json()` must neither hang nor change what the client gets.
 */
const SENT: SealedCalls = {
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
const IGNORED: SealedCalls = {
  setHeader: itself,
  appendHeader: itself,
  removeHeader: () => undefined,
  writeHead: itself,
  flushHeaders: () => undefined,
  write: () => true,
};

/** What the members of a response do in place of what they would do, in the states that come after the reply. */
export const SEALED: Readonly<Record<ReplyState, SealedCalls | undefined>> = {
  open: undefined,
  held: SENT,
  failing: undefined,
  answered: undefined,
  failed: IGNORED,
  ended: undefined,
};

/** Now, or when what is laid around `end` has ended the response. */
export function onceEnded(response: ServerResponse, then: () => void): void {
  if (response.writableEnded) {
    then();
  } else {
    response.once('finish', then);
  }
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
