/**
 * Sessions that look and work as express-session's.
 *
 * @module nestjs-sessions/express-session
 */

export { expressSession, type ExpressSessionOptions } from './express-session.js';
export { SESSION } from './facade.js';
