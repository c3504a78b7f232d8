import type { SessionsOfRequests } from './http-platform.js';
import type { HttpRequest } from './http-request.js';

/** `session` of Node's requests, as a property of one of them or of their prototype. */
export function sessionAccessor(sessions: SessionsOfRequests): PropertyDescriptor {
  return {
    configurable: true,
    get(this: HttpRequest) {
      return sessions.sessionOf(this);
    },
    set(this: HttpRequest, session: unknown) {
      sessions.assign(this, session);
    },
  };
}
