import { missingMethods, type Replacements } from './validate.js';

const LIFETIME =
  'write timeout: minutes(30) in the options of the module (idle time, in milliseconds), or cookie.persistent: false for a cookie that ends with the browser';
const COOKIE_NAME = "write cookie: { name: 'sid' }";

/** What to write in place of the options of express-session (1.19) and cookie-session that have no namesake here. */
export const REPLACEMENTS: Replacements = {
  resave: 'leave it out. A session is written when it was changed, and nothing is lost, because it is locked',
  saveUninitialized: 'leave it out. A session is stored when something is put into it',
  rolling: 'leave it out. Use moves the expiry and renews the cookie; write touchAfter: 0 to do so at every request',
  unset: 'leave it out, and call session.destroy() to end a session',
  name: COOKIE_NAME,
  key: COOKIE_NAME,
  keys: "write secret: ['new', 'old'], of which the first signs",
  maxAge: LIFETIME,
  ttl: LIFETIME,
  genid: 'write generateId: () => string',
  proxy:
    "leave it out, and call app.set('trust proxy', 1) on the NestExpressApplication, or give trustProxy to the FastifyAdapter",
};

/** The same for its `cookie`. */
export const COOKIE_REPLACEMENTS: Replacements = {
  maxAge: LIFETIME,
  expires: `${LIFETIME}; absoluteTimeout ends a session that is in use`,
  signed: 'write secret in the options of the module; with it the cookie is signed',
  overwrite: 'leave it out. A response has one session cookie',
  priority: 'leave it out. No standard has this attribute',
};

/** express-session's stores have these, and nothing that locks. */
const STORE_METHODS = ['get', 'set', 'destroy', 'on'];

export function isExpressSessionStore(store: unknown): boolean {
  return missingMethods(store, STORE_METHODS).length === 0;
}
