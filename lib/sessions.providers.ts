import { Logger, type Provider } from '@nestjs/common';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { SessionsErrorsFilter } from './filters/sessions-errors.filter.js';
import { LockSessionGuard } from './guards/lock-session.guard.js';
import { HttpSessions } from './http/http-sessions.js';
import { ExceptionFilters } from './http/reply/exception-filters.js';
import { doubtsAbout } from './options/doubts.js';
import { assertImportedOnce, checkReturnedOptions, refuseBareImport } from './options/module-setup.js';
import type { SessionsModuleOptions } from './options/sessions-module-options.js';
import { isRestricted, resolveOptions, type ResolvedOptions } from './options/sessions-options.js';
import { checkStore } from './options/store-options.js';
import { CookieWriter } from './session/cookie/cookie-writer.js';
import { SessionEngine } from './session/session-engine.js';
import { StoreLifecycle } from './session/store-access/store-lifecycle.js';
import { WorkContext } from './session/work-context.js';
import { SessionsCleanup } from './sessions.cleanup.js';
import { RESOLVED_OPTIONS } from './sessions.constants.js';
import { MODULE_OPTIONS_TOKEN } from './sessions.module-definition.js';
import { Sessions } from './sessions.service.js';
import { Handshakes } from './sockets/handshakes.js';
import { SocketAdapter } from './sockets/socket-adapter.js';
import { SessionStore } from './stores/session-store.js';
import { CurrentSession } from './transports/current-session.js';

const logger = new Logger('SessionsModule');

export const SESSIONS_PROVIDERS: Provider[] = [
  // What forRoot() and forRootAsync() provide comes later, and takes its place.
  { provide: MODULE_OPTIONS_TOKEN, useFactory: refuseBareImport },
  {
    provide: RESOLVED_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
    useFactory: (options: SessionsModuleOptions, modules: ModulesContainer) => {
      // First of all, before a second module starts a store of its own.
      assertImportedOnce(modules);
      const resolved = resolveOptions(checkReturnedOptions(options));
      for (const doubt of doubtsAbout(resolved)) {
        logger.warn(doubt);
      }
      return resolved;
    },
  },
  // The rest takes the store from here, because a test may put another one in its place.
  { provide: SessionStore, inject: [RESOLVED_OPTIONS], useFactory: ({ store }: ResolvedOptions) => store },
  {
    provide: StoreLifecycle,
    inject: [RESOLVED_OPTIONS, SessionStore],
    useFactory: ({ clock, storeTimeout }: ResolvedOptions, store: SessionStore) =>
      StoreLifecycle.start(checkStore(store), { clock, logger }, storeTimeout),
  },
  {
    provide: SessionEngine,
    inject: [RESOLVED_OPTIONS, SessionStore],
    useFactory: (options: ResolvedOptions, store: SessionStore) => new SessionEngine({ ...options, store, logger }),
  },
  {
    provide: HttpSessions,
    inject: [RESOLVED_OPTIONS, SessionEngine, HttpAdapterHost, ApplicationConfig],
    useFactory: (
      options: ResolvedOptions,
      engine: SessionEngine,
      adapterHost: HttpAdapterHost,
      config: ApplicationConfig,
    ) =>
      new HttpSessions(
        {
          engine,
          clock: options.clock,
          cookies: new CookieWriter(options.cookie, options.clock, options.signature),
          pathHeader: options.cookie.pathHeader,
          commitOnError: options.commitOnError,
          filters: new ExceptionFilters(config, adapterHost),
          answerTimeout: options.storeTimeout,
          isRestricted: isRestricted(options),
          compatibility: options.compatibility,
        },
        adapterHost,
      ),
  },
  {
    provide: WorkContext,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ currentSession }: ResolvedOptions) => new WorkContext(currentSession),
  },
  Handshakes,
  {
    provide: SocketAdapter,
    inject: [SessionEngine, Handshakes, WorkContext],
    useFactory: (engine: SessionEngine, handshakes: Handshakes, context: WorkContext) =>
      new SocketAdapter(engine, handshakes, context),
  },
  CurrentSession,
  LockSessionGuard,
  SessionsErrorsFilter,
  SessionsCleanup,
  Sessions,
];

export const SESSIONS_EXPORTS = [SessionStore, Sessions, CurrentSession];
