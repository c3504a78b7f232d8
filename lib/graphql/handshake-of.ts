import { isObject } from '../options/validate.js';
import { isHandshake, type Handshake } from '../sockets/handshakes.js';

/**
 * The HTTP request that opened the socket of an operation, by the arguments of a root field: `graphql-ws` keeps it as
 * `extra.request`. What it hands over is the context, or its `req`, or the application has taken the request out of it.
 */
export function handshakeOf(args: readonly unknown[]): Handshake | undefined {
  const context: unknown = args[2];
  if (!isObject(context)) {
    return undefined;
  }
  const req = 'req' in context ? context.req : undefined;
  return requestOfSocket(context) ?? requestOfSocket(req) ?? (isHandshake(req) ? req : undefined);
}

function requestOfSocket(operation: unknown): Handshake | undefined {
  const extra = isObject(operation) && 'extra' in operation ? operation.extra : undefined;
  return isObject(extra) && 'request' in extra && isHandshake(extra.request) ? extra.request : undefined;
}
