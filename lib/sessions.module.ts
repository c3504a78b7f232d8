import {
  Inject,
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { UnavailableFilter } from './filters/unavailable.filter.js';
import { LockSessionGuard } from './guards/lock-session.guard.js';
import { mountSessions } from './interceptors/mount-sessions.js';
import { SessionsMiddleware } from './http/sessions.middleware.js';
import { assertExpress } from './http/express.platform.js';
import { SessionEngine } from './session/session-engine.js';
import { ASYNC_OPTIONS_TYPE, ConfigurableModuleClass, OPTIONS_TYPE } from './sessions.module-definition.js';
import type { ResolvedOptions } from './options/sessions-options.js';
import { SESSIONS_EXPORTS, SESSIONS_PROVIDERS } from './sessions.providers.js';
import { RESOLVED_OPTIONS } from './sessions.constants.js';
import { StoreLifecycle } from './session/store-access/store-lifecycle.js';

/**
 * Provides `Sessions`, `SessionStore` and `CurrentSession`; mounts the middleware on every route, the guard before every other,
 * and the interceptor on the handlers that take the session.
 */
@Module({ providers: SESSIONS_PROVIDERS, exports: SESSIONS_EXPORTS })
export class SessionsModule extends ConfigurableModuleClass implements NestModule, OnApplicationShutdown {
  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
    private readonly engine: SessionEngine,
    private readonly stores: StoreLifecycle,
    private readonly guard: LockSessionGuard,
    private readonly filter: UnavailableFilter,
    private readonly modules: ModulesContainer,
    private readonly applicationConfig: ApplicationConfig,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    super();
  }

  /** Every option has a default. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  /** Nest calls it after the application's own global guards are known, and before it registers the routes. */
  configure(consumer: MiddlewareConsumer): void {
    assertExpress(this.adapterHost);
    consumer
      .apply(SessionsMiddleware)
      .exclude(...(this.options.exclude ?? []))
      .forRoutes(...(this.options.forRoutes ?? [this.#everyRoute()]));
    // Nest orders global guards by the order in which modules are found: first place has to be taken.
    this.applicationConfig.getGlobalGuards().unshift(this.guard);
    // The last of the global filters is asked first: in the first place this one takes only what the application leaves.
    this.applicationConfig.getGlobalFilters().unshift(this.filter);
    mountSessions(this.modules);
  }

  /**
   * Without a global prefix the root leads to every route, of whatever version, as Express mounts it: to match the wildcard's
   * pattern instead takes a tenth of the time of a bare handler.
   */
  #everyRoute(): string {
    return this.applicationConfig.getGlobalPrefix() === '' ? '/' : '{*path}';
  }

  /** The HTTP server is closed by now: what is still under way is not waited for by anybody else. */
  async onApplicationShutdown(): Promise<void> {
    await this.engine.close();
    await this.stores.close();
  }
}
