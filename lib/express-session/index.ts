export { expressSession, type ExpressSessionOptions } from './express-session.js';
export { SESSION } from './facade.js';
