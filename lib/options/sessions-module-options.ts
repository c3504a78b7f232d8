import type { MiddlewareConsumer } from '@nestjs/common';
import type { CleanupOptions, SessionPolicyOptions } from '../interfaces/sessions-options.interface.js';
import type { SessionStore } from '../stores/session-store.js';

type Routes = Parameters<ReturnType<MiddlewareConsumer['apply']>['forRoutes']>[number];
type ExcludedRoutes = Parameters<ReturnType<MiddlewareConsumer['apply']>['exclude']>[number];

/** What `SessionsModule.forRoot()` takes. Durations in milliseconds. */
export interface SessionsModuleOptions extends SessionPolicyOptions {
  /** Where sessions are kept. Default `new MemoryStore()`. */
  readonly store?: SessionStore;
  /** The clean-up of expired sessions; `false` switches it off. */
  readonly cleanup?: CleanupOptions | false;
  /** Provides `CurrentSession`, at the price of an AsyncLocalStorage. Default `false`. */
  readonly currentSession?: boolean;
  /** The routes that have sessions, as for `MiddlewareConsumer.forRoutes()`. Default all. */
  readonly forRoutes?: readonly Routes[];
  /** The routes that have none, as for `MiddlewareConsumer.exclude()`. Default none. */
  readonly exclude?: readonly ExcludedRoutes[];
}

/** For `forRootAsync({ useClass })` and `useExisting`. */
export interface SessionsOptionsFactory {
  createSessionsOptions(): SessionsModuleOptions | Promise<SessionsModuleOptions>;
}
