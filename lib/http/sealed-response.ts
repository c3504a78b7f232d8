import type { ServerResponse } from 'node:http';

type Member = keyof ServerResponse;

/** Lets the response go as it was before it was held. */
export type ReleaseResponse = () => void;

/**
 * Makes a response count as sent while its end waits for the commit: code that goes on after a `res.json()` must neither hang
 * nor change what the client gets. Calls fail as Node's own fail after the headers or the end.
 */
export function holdResponse(response: ServerResponse): ReleaseResponse {
  const shadows: Partial<Record<Member, PropertyDescriptor>> = {
    headersSent: { get: () => true },
    writableEnded: { get: () => true },
    setHeader: { value: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot set headers after they are sent to the client') },
    appendHeader: {
      value: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot append headers after they are sent to the client'),
    },
    removeHeader: {
      value: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot remove headers after they are sent to the client'),
    },
    writeHead: {
      value: () => refuse('ERR_HTTP_HEADERS_SENT', 'Cannot write headers after they are sent to the client'),
    },
    flushHeaders: { value: () => undefined },
    write: { value: () => refuse('ERR_STREAM_WRITE_AFTER_END', 'write after end') },
    end: { value: (...args: unknown[]) => endAgain(response, args) },
    // Node lets the status be set when it is gone, and ignores it: a filter that answers a second time begins with it.
    statusCode: pinned(response.statusCode),
    statusMessage: pinned(response.statusMessage),
  };
  const members = Object.keys(shadows) as Member[];
  const before = members.map((member) => [member, Object.getOwnPropertyDescriptor(response, member)] as const);
  for (const member of members) {
    Object.defineProperty(response, member, { ...shadows[member], configurable: true });
  }
  return () => {
    for (const [member, descriptor] of before) {
      if (descriptor === undefined) {
        Reflect.deleteProperty(response, member);
      } else {
        Object.defineProperty(response, member, descriptor);
      }
    }
  };
}

/** Ignored; but whoever waits to hear of the end hears of the one that is held, as in Node. */
function endAgain(response: ServerResponse, args: readonly unknown[]): ServerResponse {
  const callback = args.at(-1);
  if (typeof callback === 'function') {
    response.once('finish', () => {
      Reflect.apply(callback, response, []);
    });
  }
  return response;
}

function pinned(value: unknown): PropertyDescriptor {
  return { get: () => value, set: () => undefined };
}

function refuse(code: string, message: string): never {
  throw Object.assign(new Error(message), { code });
}
