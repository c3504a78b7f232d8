import { Logger, type Provider } from '@nestjs/common';
import { CurrentSession } from './http/current-session.js';
import { UnavailableFilter } from './filters/unavailable.filter.js';
import { LockSessionGuard } from './guards/lock-session.guard.js';
import type { RequestSessionParts } from './http/http-request.js';
import { RequestContext } from './http/request-context.js';
import { CookieWriter } from './session/cookie/cookie-writer.js';
import { SessionEngine } from './session/session-engine.js';
import { SessionsCleanup } from './sessions.cleanup.js';
import { MODULE_OPTIONS_TOKEN } from './sessions.module-definition.js';
import type { SessionsModuleOptions } from './options/sessions-module-options.js';
import { resolveOptions, type ResolvedOptions } from './options/sessions-options.js';
import { Sessions } from './sessions.service.js';
import { REQUEST_SESSION_PARTS, RESOLVED_OPTIONS } from './sessions.constants.js';
import { StoreLifecycle } from './session/store-access/store-lifecycle.js';
import { SessionStore } from './stores/session-store.js';

const logger = new Logger('SessionsModule');

export const SESSIONS_PROVIDERS: Provider[] = [
  {
    provide: RESOLVED_OPTIONS,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (options: SessionsModuleOptions) => resolveOptions(options),
  },
  { provide: SessionStore, inject: [RESOLVED_OPTIONS], useFactory: ({ store }: ResolvedOptions) => store },
  {
    provide: StoreLifecycle,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ store, clock }: ResolvedOptions) => StoreLifecycle.start(store, clock, logger),
  },
  {
    provide: SessionEngine,
    inject: [RESOLVED_OPTIONS],
    useFactory: (options: ResolvedOptions) => new SessionEngine({ ...options, logger }),
  },
  {
    provide: REQUEST_SESSION_PARTS,
    inject: [RESOLVED_OPTIONS, SessionEngine],
    useFactory: (options: ResolvedOptions, engine: SessionEngine): RequestSessionParts => ({
      engine,
      cookies: new CookieWriter(options.cookie, options.clock, options.signature),
      pathHeader: options.cookie.pathHeader,
      commitOnError: options.commitOnError,
    }),
  },
  {
    provide: RequestContext,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ currentSession }: ResolvedOptions) => new RequestContext(currentSession),
  },
  CurrentSession,
  LockSessionGuard,
  UnavailableFilter,
  SessionsCleanup,
  Sessions,
];

export const SESSIONS_EXPORTS = [SessionStore, Sessions, CurrentSession];
