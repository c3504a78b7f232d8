import type { Clock } from './clock.interface.js';

/** How a route uses the session's lock. */
export type LockingMode = 'implicit' | 'early' | 'explicit' | 'read-only';

/** Locking, as a whole or for one route. Durations in milliseconds. */
export interface LockOptions {
  /** How long a request waits for the lock before it is answered with 503. Default 10 s. */
  readonly wait?: number;
  /** After so long without renewal the lock is anybody's; it is renewed at a third of it while the request lives. Default 30 s. */
  readonly lease?: number;
  /** How many requests of one process may wait for one session; the next one is answered with 503 at once. Default 100. */
  readonly maxWaiters?: number;
  /** After so long the lock of a request that never ends is no longer renewed. Default 5 min. */
  readonly maxHold?: number;
}

/** Locking on one route or controller; what is left out is as in the module's options. Durations in milliseconds. */
export interface LockSessionOptions extends Pick<LockOptions, 'wait' | 'lease'> {
  readonly mode?: LockingMode;
}

/** The session cookie. */
export interface SessionCookieOptions {
  /** `__Host-` and `__Secure-` names enforce their rules. Default `session_id`. */
  readonly name?: string;
  /** Default `/`. */
  readonly path?: string;
  /** A request header that names the path instead (for an application that a proxy mounts under several). Default none. */
  readonly pathHeader?: string;
  /** Default none: the host that set the cookie, and no other. */
  readonly domain?: string;
  /** Keeps the cookie away from scripts. Default `true`. */
  readonly httpOnly?: boolean;
  /** `none` demands `secure: true`. Default `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none' | false;
  /** `auto` follows the connection, and Express's `trust proxy`. Default `auto`. */
  readonly secure?: boolean | 'auto';
  /** A jar for each embedding site (CHIPS); demands `secure: true`. Default `false`. */
  readonly partitioned?: boolean;
  /** `true` sends `Max-Age` and `Expires`; `false` ends the cookie with the browser's session. Default `true`. */
  readonly persistent?: boolean;
}

/** The scheduled clean-up of expired sessions. */
export interface CleanupOptions {
  /** When it runs. Default every 5 minutes. */
  readonly cron?: string;
  /** How many sessions are removed at a time. Default 1000. */
  readonly batchSize?: number;
}

/** Whether the changes of a request that failed are stored. `error` is what was thrown, where that is known. */
export type CommitOnError = boolean | ((error: unknown, status: number) => boolean);

/** Options of the engine; `store` and the routes come on top. Durations in milliseconds. */
export interface SessionPolicyOptions {
  /** Idle timeout: a session that is not used for so long is over. Default 60 min. */
  readonly timeout?: number;
  /** A session is over after so long, used or not. Default none. */
  readonly absoluteTimeout?: number;
  /** Use moves the expiry only when so much time has passed since it last moved. Default a tenth of `timeout`. */
  readonly touchAfter?: number;
  /** When sessions are locked, unless `@LockSession()` says otherwise. Default `implicit`. */
  readonly locking?: LockingMode;
  readonly lock?: LockOptions;
  readonly cookie?: SessionCookieOptions;
  /** Signs the cookie; of several secrets the first signs and all verify. Default none: ids are unguessable as they are. */
  readonly secret?: string | readonly string[];
  /** Makes ids instead of ours, which have 256 random bits. */
  readonly generateId?: () => string;
  /** Default: changes are stored when the status sent is below 500. */
  readonly commitOnError?: CommitOnError;
  /** The largest session, serialised, in bytes. Default 1 MiB less 1 KiB. */
  readonly maxBytes?: number;
  /** The deadline of each operation of the store. Default 2 s. */
  readonly storeTimeout?: number;
  /** Replaces the clock, for tests; what it lacks besides `now()` is the machine's. */
  readonly clock?: Pick<Clock, 'now'> & Partial<Clock>;
  /** Logs each step, at the level `debug`. Default `false`. */
  readonly debug?: boolean;
}
