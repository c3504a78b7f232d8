import type { ValueCheck } from '../session/data/serializer.js';
import type { HttpSession } from './http-session.js';

/**
 * Shows sessions to an application as another library does. Without it `request.session` is the session itself. `expressSession()`
 * of `nestjs-sessions/express-session` makes one; its members are for this package alone.
 */
export interface Compatibility {
  /**
   * The names of what requests have besides `session`, such as `sessionID`: `arrive()` puts it on Node's, and the platform shows it
   * on its own.
   *
   * @internal
   */
  readonly members: readonly string[];
  /**
   * What its sessions take as a value.
   *
   * @internal
   */
  readonly checkValue: ValueCheck;
  /**
   * A request arrives. Returns whether its session is locked when it is loaded, which is before its route is known.
   *
   * @internal
   */
  arrive(http: HttpSession): boolean;
  /**
   * Called once for each request whose session is touched.
   *
   * @internal
   */
  open(http: HttpSession): CompatibleSession;
}

/** The session of one request, as the application sees it. */
export interface CompatibleSession {
  /** What `request.session` is at this moment. */
  readonly current: object;
}
