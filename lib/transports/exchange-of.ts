import type { ExecutionContext } from '@nestjs/common';
import { SessionsConfigError, SessionsUnsupportedError } from '../errors/index.js';
import { graphqlFieldOf } from '../graphql/graphql-field.js';
import { handshakeOf } from '../graphql/handshake-of.js';
import { isFieldResolver } from '../graphql/resolvers.js';
import { socketFieldOf } from '../graphql/socket-field.js';
import type { PlatformRequest } from '../http/http-request.js';
import { httpSessionOf } from '../http/session-of.js';
import type { SessionData, SessionKey } from '../interfaces/session-data.interface.js';
import { socketMessageOf } from '../sockets/socket-message.js';
import type { Exchange } from './exchange.js';

/** Asks who knows the transport in which a handler runs. @throws SessionsUnsupportedError when nobody does. */
function exchangeOf(context: ExecutionContext): Exchange | undefined {
  switch (context.getType<string>()) {
    case 'http':
      // switchToHttp() makes three closures.
      return httpSessionOf(context.getArgByIndex<PlatformRequest>(0));
    case 'graphql':
      return fieldOf(context);
    case 'ws':
      return socketMessageOf(context.getArgs());
    default:
      throw new SessionsUnsupportedError(
        '@Session() works in HTTP handlers, in resolvers of GraphQL and in gateways. Elsewhere, hand the Cookie header to ' +
          'Sessions.open(cookieHeader, (session) => ...).',
      );
  }
}

/** @throws SessionsUnsupportedError below the root fields of an operation that came over a socket: nobody tells when those end. */
function fieldOf(context: ExecutionContext): Exchange | undefined {
  const args = context.getArgs();
  const field = graphqlFieldOf(args) ?? socketFieldOf(args);
  if (field === undefined && isFieldResolver(context.getHandler()) && handshakeOf(args) !== undefined) {
    throw new SessionsUnsupportedError(
      'Over a socket @Session() works in the resolvers of Query, Mutation and Subscription alone, and not in those of their ' +
        'fields. Take there what the field needs, and hand it on: in what the resolver returns, or in the context of the operation.',
    );
  }
  return field;
}

/** Where a handler or guard takes the session from. @throws SessionsConfigError on a route that the module does not serve. */
export function takenExchange(context: ExecutionContext): Exchange {
  const exchange = exchangeOf(context);
  if (exchange === undefined) {
    throw new SessionsConfigError(
      '@Session() is used on a route that has no session: import SessionsModule.forRoot(), and check its forRoutes and exclude. ' +
        'Nothing else may set request.session.',
    );
  }
  return exchange;
}

/** On the function below, whichever copy of the package it is of: hence in the registry of the process. */
const SESSION_PARAMETER = Symbol.for('nestjs-sessions: parameter');

/** Marks a parameter as ours: the metadata of the routes are searched for it at start-up. */
export function sessionOf(key: SessionKey<SessionData> | undefined, context: ExecutionContext): unknown {
  return takenExchange(context).take((session) => (key === undefined ? session : session.get(key)));
}

Reflect.set(sessionOf, SESSION_PARAMETER, true);

/** Whether a parameter is that of `@Session()` of another copy of the package, whose sessions are none of ours. */
export function isOfAnotherCopy(factory: unknown): boolean {
  return typeof factory === 'function' && factory !== sessionOf && Reflect.has(factory, SESSION_PARAMETER);
}
