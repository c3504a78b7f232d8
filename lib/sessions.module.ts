import {
  Inject,
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { SessionsErrorsFilter } from './filters/sessions-errors.filter.js';
import { LockSessionGuard } from './guards/lock-session.guard.js';
import { checkFieldResolvers } from './graphql/check-field-resolvers.js';
import { HttpSessions } from './http/http-sessions.js';
import { SessionsMiddleware } from './http/sessions.middleware.js';
import { mountSessions } from './interceptors/mount-sessions.js';
import { mountTransports } from './interceptors/mount-transports.js';
import { checkForRoot, checkForRootAsync, SESSIONS_MODULE, THIS_COPY } from './options/module-setup.js';
import { isRestricted, type ResolvedOptions } from './options/sessions-options.js';
import { SessionEngine } from './session/session-engine.js';
import { StoreLifecycle } from './session/store-access/store-lifecycle.js';
import { RESOLVED_OPTIONS } from './sessions.constants.js';
import { ASYNC_OPTIONS_TYPE, ConfigurableModuleClass, OPTIONS_TYPE } from './sessions.module-definition.js';
import { SESSIONS_EXPORTS, SESSIONS_PROVIDERS } from './sessions.providers.js';
import { SocketAdapter } from './sockets/socket-adapter.js';

/**
 * Provides `Sessions`, `SessionStore` and `CurrentSession`; makes `request.session`; mounts the guard before every other, and the
 * interceptor on the handlers that take the session.
 */
@Module({ providers: SESSIONS_PROVIDERS, exports: SESSIONS_EXPORTS })
export class SessionsModule
  extends ConfigurableModuleClass
  implements NestModule, OnApplicationBootstrap, OnApplicationShutdown
{
  static readonly [SESSIONS_MODULE] = THIS_COPY;

  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedOptions,
    private readonly engine: SessionEngine,
    private readonly stores: StoreLifecycle,
    private readonly guard: LockSessionGuard,
    private readonly filter: SessionsErrorsFilter,
    private readonly modules: ModulesContainer,
    private readonly applicationConfig: ApplicationConfig,
    private readonly sessions: HttpSessions,
    sockets: SocketAdapter,
  ) {
    super();
    // Already here: gateways are bound before the hooks of modules run.
    sockets.attach(applicationConfig);
    mountTransports(modules);
  }

  /**
   * Every option has a default.
   *
   * @throws SessionsConfigError when the argument is no object; a wrong option is an error when the application starts.
   */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    checkForRoot(options);
    return super.forRoot(options);
  }

  /**
   * The same options from a provider: `useFactory` with `inject`, `useClass`, or `useExisting`.
   *
   * @throws SessionsConfigError when it names none of them; a wrong option is an error when the application starts.
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    checkForRootAsync(options);
    return super.forRootAsync(options);
  }

  /** Nest calls it after the application's own global guards are known, and before it registers the routes. */
  configure(consumer: MiddlewareConsumer): void {
    const { platform } = this.sessions;
    platform.attach();
    if (this.options.currentSession || isRestricted(this.options)) {
      consumer
        .apply(SessionsMiddleware)
        .exclude(...(this.options.exclude ?? []))
        .forRoutes(...(this.options.forRoutes ?? [platform.everyRoute(this.applicationConfig.getGlobalPrefix())]));
    }
    // Nest orders global guards by the order in which modules are found: first place has to be taken.
    this.applicationConfig.getGlobalGuards().unshift(this.guard);
    // The last of the global filters is asked first: in the first place this one takes only what the application leaves.
    this.applicationConfig.getGlobalFilters().unshift(this.filter);
    mountSessions(this.modules);
    checkFieldResolvers(this.modules);
  }

  onApplicationBootstrap(): void {
    this.sessions.configuredPlatform?.onRoutesRegistered();
    this.stores.onStarted();
  }

  /** The HTTP server is closed by now: nobody else waits for what is still under way. Closing twice is one close. */
  onApplicationShutdown(): Promise<void> {
    this.sessions.configuredPlatform?.detach();
    this.#closing ??= this.engine.close().finally(() => this.stores.close());
    return this.#closing;
  }
}
