import type { ExecutionContext } from '@nestjs/common';
import { SessionsConfigError, SessionsUnsupportedError } from '../errors/index.js';
import type { SessionData, SessionKey } from '../interfaces/session-data.interface.js';
import { ownerOf } from '../session/object/session-owner.js';
import type { HttpRequest } from './http-request.js';
import { HttpSession } from './http-session.js';

/** The session of the exchange in which a handler, guard or interceptor runs; `undefined` when there is none. */
export function httpSessionOf(context: ExecutionContext): HttpSession | undefined {
  if (context.getType() !== 'http') {
    return undefined;
  }
  // By way of what the application sees: so that the session of another library is noticed. switchToHttp() makes three closures.
  const owner = ownerOf(context.getArgByIndex<HttpRequest>(0).session);
  return owner instanceof HttpSession ? owner : undefined;
}

/** What a handler takes. @throws SessionsConfigError on a route that the module does not serve. */
export function takenHttp(context: ExecutionContext): HttpSession {
  if (context.getType() !== 'http') {
    throw new SessionsUnsupportedError(
      '@Session() works in HTTP handlers. Elsewhere, hand the Cookie header to Sessions.open(cookieHeader, (session) => ...).',
    );
  }
  const http = httpSessionOf(context);
  if (http === undefined) {
    throw new SessionsConfigError(
      '@Session() is used on a route that has no session: import SessionsModule.forRoot(), and check its forRoutes and exclude. ' +
        'Nothing else may set request.session.',
    );
  }
  return http;
}

/** Marks a parameter as ours: the metadata of the routes are searched for it at start-up. */
export function sessionOf(key: SessionKey<SessionData> | undefined, context: ExecutionContext): unknown {
  const { session } = takenHttp(context);
  return key === undefined ? session : session.get(key);
}
