/** The engine's view of what the session is opened for: an HTTP exchange, a socket, a script. */
export interface SessionTransport {
  /** The `Cookie` header as it came. */
  readonly cookieHeader: string | undefined;
  /** Names what opened the session, in logs and to those who wait for its lock. */
  readonly route: string;
  /** Whether using the session moves its expiry: only where a refreshed cookie can be sent. */
  readonly renewsExpiry: boolean;
  /** The application has begun to answer. */
  readonly hasSentHeaders: boolean;
  /** Why no cookie can reach the client now, as it reads after "since"; `undefined` when one can. From a small closed set. */
  cookieObstacle(): string | undefined;
  /** The session is about to be loaded for the first time. */
  onFirstLoad(): void;
}

/** An obstacle of a cookie: its header has left. */
export const RESPONSE_STARTED = 'the response has started: do it before that';

/** What the response has to tell the browser. */
export type CookieChange =
  { readonly kind: 'set'; readonly id: string; readonly expiresAt: number } | { readonly kind: 'expire' };
