import type { HttpSession } from '../http/http-session.js';

/** `session.cookie` of express-session, as it is at this moment. It is there to be read. */
export interface FacadeCookie {
  readonly path: string;
  readonly domain: string | undefined;
  readonly httpOnly: boolean;
  readonly secure: boolean | 'auto';
  readonly sameSite: 'strict' | 'lax' | 'none' | false;
  /** The idle timeout, in milliseconds; `null` for a cookie that ends with the browser. */
  readonly originalMaxAge: number | null;
  /** Milliseconds until the session expires; `null` for a cookie that ends with the browser. */
  readonly maxAge: number | null;
  readonly expires: Date | null;
}

/** @throws TypeError when something is written to it: nothing would come of that. */
const TRAPS: ProxyHandler<FacadeCookie> = {
  set(_cookie, name) {
    throw new TypeError(
      `session.cookie.${String(name)} cannot be set, since all sessions have one lifetime: write timeout in the options of ` +
        'SessionsModule, or cookie.persistent: false for a cookie that ends with the browser',
    );
  },
};

export function cookieOf(http: HttpSession): FacadeCookie {
  const { path, domain, httpOnly, secure, sameSite = false, persistent } = http.sessions.settings.cookies.settings;
  const { active, deps } = http.unit;
  const now = deps.clock.now();
  const { expiresAt } = active.stage.at === 'stored' ? active.stage.record : deps.policy.firstRecord('', now);
  const lifetime = persistent
    ? { originalMaxAge: deps.policy.settings.timeout, maxAge: expiresAt - now, expires: new Date(expiresAt) }
    : { originalMaxAge: null, maxAge: null, expires: null };
  return new Proxy<FacadeCookie>({ path, domain, httpOnly, secure, sameSite, ...lifetime }, TRAPS);
}
