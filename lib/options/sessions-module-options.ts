import type { MiddlewareConsumer } from '@nestjs/common';
import type { Compatibility } from '../http/compatibility.js';
import type { CleanupOptions, SessionPolicyOptions } from '../interfaces/sessions-options.interface.js';
import type { SessionStore } from '../stores/session-store.js';

type Routes = Parameters<ReturnType<MiddlewareConsumer['apply']>['forRoutes']>[number];
type ExcludedRoutes = Parameters<ReturnType<MiddlewareConsumer['apply']>['exclude']>[number];

/** What `SessionsModule.forRoot()` takes. Durations are in milliseconds. */
export interface SessionsModuleOptions extends SessionPolicyOptions {
  /** Where sessions are kept. The module starts it and closes it. Default `new MemoryStore()`, for development and tests. */
  readonly store?: SessionStore;
  /** When expired sessions are removed, and how many at a time; `false` switches it off. Default every 5 minutes. */
  readonly cleanup?: CleanupOptions | false;
  /** Makes `CurrentSession` work, at the price of an AsyncLocalStorage. Default `false`. */
  readonly currentSession?: boolean;
  /** The routes that have sessions, as for `MiddlewareConsumer.forRoutes()` of Nest. Default all. */
  readonly forRoutes?: readonly Routes[];
  /** The routes that have no sessions, as for `MiddlewareConsumer.exclude()` of Nest. Default none. */
  readonly exclude?: readonly ExcludedRoutes[];
  /**
   * Makes `request.session` look and work like that of another library: `expressSession()` of `nestjs-sessions/express-session`,
   * for passport, connect-flash and their like. Sessions are loaded as soon as a request arrives then. Default none.
   */
  readonly compatibility?: Compatibility;
}

/** For `forRootAsync({ useClass })` and `useExisting`. */
export interface SessionsOptionsFactory {
  /** What `forRoot()` would be given. */
  createSessionsOptions(): SessionsModuleOptions | Promise<SessionsModuleOptions>;
}
