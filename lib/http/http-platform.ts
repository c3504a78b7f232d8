import type { ServerResponse } from 'node:http';
import type { HttpRequest } from './http-request.js';
import type { HttpSession } from './http-session.js';

/** Finds the session of a request. */
export interface SessionsOfRequests {
  /** What `request.session` is. */
  sessionOf(request: HttpRequest): unknown;
  /** @throws SessionsConfigError when it is the session of another library. */
  assign(request: HttpRequest, session: unknown): void;
  /** The session that somebody has touched; `undefined` when nobody has. */
  touched(request: HttpRequest): HttpSession | undefined;
}

/** What differs between the HTTP platforms of Nest. */
export interface HttpPlatform {
  /**
   * Makes `request.session`, for everything that sees a request, and holds replies of requests whose session was touched.
   *
   * @throws SessionsConfigError when the application has another `SessionsModule`.
   */
  attach(sessions: SessionsOfRequests): void;
  /** Undoes `attach()`: the application is closed. */
  detach(): void;
  /**
   * The routes are registered.
   *
   * @throws SessionsConfigError when another session library is mounted.
   */
  onRoutesRegistered(): void;
  /** Whether the connection is secure, by what the platform knows of proxies. */
  isSecure(request: HttpRequest): boolean;
  /** Where the reply goes; `undefined` when there is none that could be sent, as for sockets. */
  responseOf(request: HttpRequest): ServerResponse | undefined;
  /** Another wrapper may have been laid over the hooks of the reply: they have to be the outermost. */
  renewHooks(response: ServerResponse): void;
}
