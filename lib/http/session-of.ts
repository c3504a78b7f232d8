import { ownerOf } from '../session/object/session-owner.js';
import type { PlatformRequest } from './http-request.js';
import { HttpSession } from './http-session.js';

/** The session of a request; `undefined` when there is none, or one of another library. */
export function httpSessionOf({ session }: PlatformRequest): HttpSession | undefined {
  // By way of what the application sees: so that the session of another library is noticed.
  const owner = ownerOf(session);
  return owner instanceof HttpSession ? owner : undefined;
}
