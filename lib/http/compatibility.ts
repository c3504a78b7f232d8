import type { HttpRequest } from './http-request.js';
import type { HttpSession } from './http-session.js';

/** Shows sessions to an application as another library does. Without it `request.session` is the session itself. */
export interface Compatibility {
  /** Whether the session of this request is locked when it is loaded, which is before its route is known. */
  locks(request: HttpRequest): boolean;
  /** Called once for each request whose session is touched. */
  open(http: HttpSession): CompatibleSession;
}

/** The session of one request, as the application sees it. */
export interface CompatibleSession {
  /** What `request.session` is at this moment. */
  readonly current: object;
}
