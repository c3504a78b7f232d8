import type { ServerResponse } from 'node:http';

/** How calls are answered that come after the reply: as Node would answer them, or not at all. */
export type Seal = 'sent' | 'ignored';

type Members = Readonly<
  Record<'setHeader' | 'appendHeader' | 'removeHeader' | 'writeHead' | 'flushHeaders' | 'write', Call>
>;
type Call = (this: ServerResponse, ...args: unknown[]) => unknown;

/**
 * Calls fail as Node's own fail after the headers or the end: code that goes on after a `res.json()` must neither hang nor change
 * what the client gets.
 */
const SENT: Members = {
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
const IGNORED: Members = {
  setHeader: itself,
  appendHeader: itself,
  removeHeader: () => undefined,
  writeHead: itself,
  flushHeaders: () => undefined,
  write: () => true,
};

/** Undoes the seal. */
export type Unseal = () => void;

/**
 * Makes responses count as sent while their end waits for the commit. A sealed response is given another prototype for a while: to
 * give it members of its own, and take them away, would cost a third of a request.
 */
export class ResponseSeals {
  readonly #prototypes: Readonly<Record<Seal, object>>;

  /** `prototype`: of all responses of an application. */
  constructor(prototype: object) {
    this.#prototypes = { sent: sealed(prototype, SENT), ignored: sealed(prototype, IGNORED) };
  }

  seal(response: ServerResponse, seal: Seal): Unseal {
    const before: unknown = Object.getPrototypeOf(response);
    // Node lets the status be changed until the headers are written: a filter that answers a second time begins with it.
    const { statusCode, statusMessage } = response;
    Object.setPrototypeOf(response, this.#prototypes[seal]);
    return () => {
      Object.setPrototypeOf(response, before as object);
      Object.assign(response, { statusCode, statusMessage });
    };
  }
}

function sealed(prototype: object, members: Members): object {
  const isTrue = { get: () => true };
  return Object.create(prototype, {
    ...Object.fromEntries(Object.entries(members).map(([name, value]) => [name, { value, writable: true }])),
    headersSent: isTrue,
    writableEnded: isTrue,
  }) as object;
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
