import { SessionsConfigError } from '../errors/index.js';
import type { LockingMode } from '../interfaces/sessions-options.interface.js';
import type { SessionEnd } from '../session/watch/watched-session.js';
import { checkKeys, display, isObject } from './validate.js';

/** Options of `Sessions.open()`. */
export interface OpenOptions {
  /** How the session is locked, as with `@LockSession()`. Default: the option `locking` of the module. */
  readonly mode?: LockingMode;
}

/** Options of `Sessions.watch()`. */
export interface WatchSessionOptions {
  /** The session has ended, and why. */
  readonly onEnd: (reason: SessionEnd) => unknown;
}

/** @throws TypeError that says what to write. */
export function assertId(id: unknown): void {
  if (typeof id !== 'string') {
    throw new TypeError(`Sessions.destroy() takes the id of a session, which is session.id; it got ${display(id)}`);
  }
}

/** @throws TypeError that says what to write; SessionsConfigError for the options. */
export function assertOpenArguments(cookieHeader: unknown, work: unknown, options: unknown): void {
  assertCookieHeader('Sessions.open()', cookieHeader);
  if (typeof work !== 'function') {
    throw new TypeError(
      `Sessions.open() takes a function: open(cookieHeader, async (session) => { ... }); it got ${display(work)}`,
    );
  }
  if (!isObject(options)) {
    throw new SessionsConfigError(
      `Sessions.open() takes options like { mode: 'read-only' }; it got ${display(options)}`,
    );
  }
  checkKeys('Sessions.open()', options, ['mode']);
}

/** @throws TypeError that says what to write. */
export function assertBindArguments(client: unknown, request: unknown): void {
  if (typeof client !== 'object' || client === null) {
    throw new TypeError(`Sessions.bind() takes the client of a socket, and its request; it got ${display(client)}`);
  }
  const headers: unknown = isObject(request) ? Reflect.get(request, 'headers') : undefined;
  if (!isObject(headers)) {
    throw new TypeError(
      `Sessions.bind() takes the request that opened the socket, which handleConnection(client, request) gets; it got ${display(request)}`,
    );
  }
}

/** @throws TypeError that says what to write. */
export function assertWatchArguments(cookieHeader: unknown, onEnd: unknown): void {
  assertCookieHeader('Sessions.watch()', cookieHeader);
  if (typeof onEnd !== 'function') {
    throw new TypeError(
      `Sessions.watch() takes a function: watch(cookieHeader, { onEnd: (reason) => { ... } }); it got ${display(onEnd)}`,
    );
  }
}

function assertCookieHeader(method: string, cookieHeader: unknown): void {
  if (cookieHeader !== undefined && typeof cookieHeader !== 'string') {
    throw new TypeError(
      `${method} takes a Cookie header, which is request.headers.cookie, or undefined when there is none; ` +
        `it got ${display(cookieHeader)}`,
    );
  }
}
