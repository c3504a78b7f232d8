import type { ExecutionContext } from '@nestjs/common';
import { SessionsConfigError, SessionsUnsupportedError } from '../errors/index.js';
import type { SessionData, SessionKey } from '../interfaces/session-data.interface.js';
import { requestSessionOf } from './http-session.js';

/** Marks a parameter as ours; the routes' metadata are searched for it at start-up. */
export function sessionOf(key: SessionKey<SessionData> | undefined, context: ExecutionContext): unknown {
  if (context.getType() !== 'http') {
    throw new SessionsUnsupportedError(
      '@Session() works in HTTP handlers. Elsewhere, hand the Cookie header to Sessions.open(cookieHeader, (session) => ...).',
    );
  }
  const requestSession = requestSessionOf(context.switchToHttp().getRequest());
  if (requestSession === undefined) {
    throw new SessionsConfigError(
      '@Session() is used on a route that has no session: import SessionsModule.forRoot(), and check its forRoutes and exclude. ' +
        'Nothing else may set request.session.',
    );
  }
  return key === undefined ? requestSession.session : requestSession.session.get(key);
}
