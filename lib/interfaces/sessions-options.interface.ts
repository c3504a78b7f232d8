import type { Clock } from './clock.interface.js';

/**
 * How a route uses the session's lock.
 * - `implicit`: from the first touch of the session to the commit, so that no update is lost.
 * - `early`: the same, from before the route's own guards and pipes.
 * - `explicit`: only between `acquireLock()` and `releaseLock()`, or within `withLock()`.
 * - `read-only`: never; a change throws `SessionReadOnlyError`.
 */
export type LockingMode = 'implicit' | 'early' | 'explicit' | 'read-only';

/** Locking, as a whole or for one route. Durations are in milliseconds; a timer cannot wait for longer than 2^31 - 1 of them. */
export interface LockOptions {
  /** How long a request waits for the lock, in milliseconds; then it ends in `SessionLockTimeoutError` (503). Default 10 s. */
  readonly wait?: number;
  /**
   * How long a lock lives without being renewed, in milliseconds; then another request may take it. It is renewed at a third of
   * this time while its request lives. A holder that slept for longer ends in `SessionLockLostError` (409). Default 30 s.
   */
  readonly lease?: number;
  /**
   * How many requests of one process may wait for one session. The next one ends in `SessionLockTimeoutError` (503) at once,
   * so that a flood on one session does not fill the memory. 0 or more. Default 100.
   */
  readonly maxWaiters?: number;
  /** How long a request keeps its lock at most, in milliseconds: then the lock is no longer renewed. Default 5 min. */
  readonly maxHold?: number;
}

/** Locking on one route or controller; what is left out is as in the module's options. Durations are in milliseconds. */
export interface LockSessionOptions extends Pick<LockOptions, 'wait' | 'lease'> {
  /** Default: the option `locking` of the module. */
  readonly mode?: LockingMode;
}

/** The session cookie. Settings with which browsers would drop it are a `SessionsConfigError` at start-up. */
export interface SessionCookieOptions {
  /**
   * Letters, digits and the other characters of a token (RFC 6265). A name that begins with `__Host-`, `__Secure-`, `__Http-` or
   * `__Host-Http-` demands what browsers demand of it (RFC 6265bis). Default `session_id`.
   */
  readonly name?: string;
  /** The path below which browsers send the cookie, at most 1,024 octets (RFC 6265bis). Default `/`. */
  readonly path?: string;
  /**
   * The name of a request header that names the path, for an application that a proxy mounts under several. Where it is missing
   * or is no valid path, `path` is used. Default none.
   */
  readonly pathHeader?: string;
  /** The domain whose hosts get the cookie. Default none: the host that set it, and no other. */
  readonly domain?: string;
  /** Keeps the cookie away from scripts of the page. Default `true`. */
  readonly httpOnly?: boolean;
  /**
   * Whether requests that come from other sites carry the cookie. `none` demands `secure: true`; `false` leaves the attribute
   * out. Default `lax`.
   */
  readonly sameSite?: 'strict' | 'lax' | 'none' | false;
  /**
   * Whether the cookie goes over HTTPS alone. `auto` follows the connection and, behind a proxy, Express's `trust proxy` or
   * Fastify's `trustProxy`. With `true` it is not sent over plain HTTP, which one warning says. Default `auto`.
   */
  readonly secure?: boolean | 'auto';
  /** A cookie jar for each embedding site (CHIPS); demands `secure: true`. Default `false`. */
  readonly partitioned?: boolean;
  /**
   * `true` sends `Max-Age` and `Expires`, for at most 400 days (RFC 6265bis); `false` ends the cookie with the browser's session.
   * Default `true`.
   */
  readonly persistent?: boolean;
}

/** The scheduled clean-up of expired sessions. */
export interface CleanupOptions {
  /** When it runs, as a cron expression, for example one of `CronExpression` of `@nestjs/schedule`. Default every 5 minutes. */
  readonly cron?: string;
  /** How many sessions are removed at a time; requests are served in between. 1 or more. Default 1000. */
  readonly batchSize?: number;
}

/** Watching sessions for their end, with `Sessions.watch()`. */
export interface WatchOptions {
  /**
   * How often a process looks at the store for all sessions that it watches, in milliseconds: so long it takes at most to hear of
   * an end in another process. Default 60 s.
   */
  readonly interval?: number;
  /** How many sessions a process watches at a time; a further one counts as ended at once. 1 or more. Default 10000. */
  readonly maxWatched?: number;
}

/**
 * Whether the changes of a request that failed are stored. `error` is what was thrown, where that is known; `status` is the one
 * that is sent. A function decides at once: it returns a boolean, and no promise.
 */
export type CommitOnError = boolean | ((error: unknown, status: number) => boolean);

/**
 * Options of the engine; `store` and the routes come on top. Durations are in milliseconds (`minutes(30)`). An option that is
 * unknown, wrong or `undefined` is a `SessionsConfigError` at start-up.
 */
export interface SessionPolicyOptions {
  /** Idle timeout in milliseconds: a session that is not used for so long has expired. Default 60 min. */
  readonly timeout?: number;
  /** A session expires so many milliseconds after it was created, used or not (OWASP ASVS 7.3). Default none. */
  readonly absoluteTimeout?: number;
  /**
   * Use moves the expiry, and renews a persistent cookie, only when so many milliseconds have passed since it last moved.
   * From 0, which means at every request, to `timeout`. Default a tenth of `timeout`.
   */
  readonly touchAfter?: number;
  /** How sessions are locked, unless `@LockSession()` says otherwise. Default `implicit`. */
  readonly locking?: LockingMode;
  /** Waiting for locks, and how long they live. Default: as each of its options says. */
  readonly lock?: LockOptions;
  /** Watching sessions for their end. Default: as each of its options says. */
  readonly watch?: WatchOptions;
  /** The session cookie. Default: as each of its options says. */
  readonly cookie?: SessionCookieOptions;
  /**
   * Signs the cookie (HMAC-SHA256), so that an id that was made up does not reach the store. Of several secrets the first signs
   * and all (five at most) verify, so that one can take the place of another. Default none: ids are unguessable as they are.
   */
  readonly secret?: string | readonly string[];
  /**
   * Makes the ids: 16 to 200 characters out of A-Z a-z 0-9 - . _ ~, at least 128 random bits, and no promise. An id that is in use
   * is made anew; after five of them the request ends in `SessionIdCollisionError`. Default: 256 random bits.
   */
  readonly generateId?: () => string;
  /**
   * Whether the changes of a request that failed are stored. Default: when the status sent is below 500. An operation of GraphQL
   * fails with status 200 when a root field has thrown and none has succeeded. Nothing of it is stored by default.
   */
  readonly commitOnError?: CommitOnError;
  /** The largest session, serialised, in bytes; a larger one ends in `SessionTooLargeError`. Default 1 MiB less 1 KiB. */
  readonly maxBytes?: number;
  /**
   * The deadline of each operation of the store, in milliseconds; then the request ends in `SessionStoreError` (503). When the
   * application closes, it is also the deadline of a clean-up that is running and of the store's `close()`. Default 2 s.
   */
  readonly storeTimeout?: number;
  /** Replaces the clock, for tests; what it lacks besides `now()` is the machine's. Default: the machine's. */
  readonly clock?: Pick<Clock, 'now'> & Partial<Clock>;
  /** Logs each step, at the level `debug`. Ids appear as the first 8 characters of their hash. Default `false`. */
  readonly debug?: boolean;
}
