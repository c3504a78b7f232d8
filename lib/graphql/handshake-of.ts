import { isHandshake, type Handshake } from '../sockets/handshakes.js';
import { memberOf } from './member-of.js';

/**
 * The HTTP request that opened the socket of an operation, by the arguments of a root field: `graphql-ws` keeps it as
 * `extra.request`. What it hands over is the context, or its `req`, or the application has taken the request out of it.
 */
export function handshakeOf(args: readonly unknown[]): Handshake | undefined {
  const context = args[2];
  const req = memberOf(context, 'req');
  return requestOfSocket(context) ?? requestOfSocket(req) ?? (isHandshake(req) ? req : undefined);
}

function requestOfSocket(operation: unknown): Handshake | undefined {
  const request = memberOf(memberOf(operation, 'extra'), 'request');
  return isHandshake(request) ? request : undefined;
}
