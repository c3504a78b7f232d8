import type { IncomingMessage } from 'node:http';
import type { Compatibility } from '../http/compatibility.js';
import type { HttpSession } from '../http/http-session.js';
import { checkKeys, synchronous } from '../options/validate.js';
import { assertConvertible } from './assert-convertible.js';
import { BridgedSession } from './bridged-session.js';

/** What `expressSession()` does where express-session has no counterpart. */
export interface ExpressSessionOptions {
  /**
   * Whether a request locks its session as soon as it arrives, before its route is known. Code that changes the session without a
   * decorator (`@Req()`, passport, connect-flash) loses no update then. Default: every method but GET, HEAD and OPTIONS.
   */
  readonly lock?: (request: IncomingMessage) => boolean;
}

const SESSION_ID = 'sessionID';

/** Methods that change nothing (RFC 9110, 9.2.1). */
const SAFE_METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * For the option `compatibility` of the module: `request.session` looks and works like that of express-session. The session is
 * loaded before anything sees the request, since that code does not wait.
 *
 * @throws SessionsConfigError when an option is unknown or wrong.
 */
export function expressSession(options: ExpressSessionOptions = {}): Compatibility {
  checkKeys('expressSession()', options, ['lock']);
  const lock = synchronous('expressSession(): lock', options.lock) ?? isUnsafe;
  return {
    members: [SESSION_ID],
    checkValue: assertConvertible,
    arrive: (http) => {
      Object.defineProperty(http.request, SESSION_ID, { configurable: true, get: () => idOf(http) });
      return lock(http.request);
    },
    open: (http) => new BridgedSession(http),
  };
}

/** Asked for by way of what the application sees: that is loaded. */
function idOf({ compatible }: HttpSession): unknown {
  return compatible === undefined ? undefined : Reflect.get(compatible, 'id');
}

function isUnsafe({ method = 'GET' }: IncomingMessage): boolean {
  return !SAFE_METHODS.includes(method);
}
