import type { HttpAdapterHost } from '@nestjs/core';
import { SessionsConfigError } from '../errors/index.js';
import type { Clock } from '../interfaces/clock.interface.js';
import type { CommitOnError } from '../interfaces/sessions-options.interface.js';
import type { CookieWriter } from '../session/cookie/cookie-writer.js';
import type { LockSettings } from '../session/lock/lock-settings.js';
import type { SessionEngine } from '../session/session-engine.js';
import type { Compatibility } from './compatibility.js';
import type { HttpPlatform, SessionsOfRequests } from './http-platform.js';
import type { HttpRequest, PlatformRequest } from './http-request.js';
import { HttpSession } from './http-session.js';
import { platformOf } from './platform-of.js';
import type { ExceptionFilters } from './reply/exception-filters.js';
import type { Replies } from './reply/response-hooks.js';
import { RequestSlot } from './request-slot.js';

/** What the sessions of all requests of an application share. */
export interface HttpSettings {
  readonly engine: SessionEngine;
  readonly cookies: CookieWriter;
  readonly clock: Clock;
  /** Lower case. */
  readonly pathHeader: string | undefined;
  readonly commitOnError: CommitOnError | undefined;
  readonly filters: ExceptionFilters;
  /** Milliseconds in which the application's filters must have answered a failed commit. */
  readonly answerTimeout: number;
  /** With `forRoutes` or `exclude` only the routes that the module's middleware has seen have a session. */
  readonly isRestricted: boolean;
  /** Shows sessions as another library does. */
  readonly compatibility: Compatibility | undefined;
}

const FOREIGN =
  'request.session is not of nestjs-sessions. Another session library is mounted as well (express-session, cookie-session ...): ' +
  'remove it, here and in an application around this one';

/** The sessions of the requests of one application, each made at its first touch. */
export class HttpSessions implements SessionsOfRequests {
  /** `null`: the route has no session. */
  readonly #slot = new RequestSlot<HttpSession | null>();
  readonly replies: Replies = this.#slot;
  #platform: HttpPlatform | undefined;

  constructor(
    readonly settings: HttpSettings,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /**
   * Known when the application is configured: under `Test.createTestingModule()` there is no adapter when providers are made.
   *
   * @throws SessionsConfigError on a platform that is not supported.
   */
  get platform(): HttpPlatform {
    return (this.#platform ??= platformOf(this.adapterHost.httpAdapter, this));
  }

  /** The one that was configured: an application context without a server has none. */
  get configuredPlatform(): HttpPlatform | undefined {
    return this.#platform;
  }

  sessionOf(request: HttpRequest): unknown {
    const found = this.#slot.get(request);
    if (found === null) {
      return undefined;
    }
    if (found === undefined && this.settings.isRestricted) {
      throw new SessionsConfigError(
        'request.session was used before the middleware of SessionsModule ran. With forRoutes or exclude the session exists ' +
          'from there on: use it later, or leave both options out',
      );
    }
    const http = found ?? this.#create(request);
    return this.settings.compatibility === undefined ? http.session : http.compatible;
  }

  get members(): readonly string[] {
    return this.settings.compatibility?.members ?? [];
  }

  get awaitsRequests(): boolean {
    return this.settings.compatibility !== undefined;
  }

  arrived(request: HttpRequest): Promise<void> | undefined {
    const { compatibility, cookies } = this.settings;
    // An application may send a request through all of its middleware once more, with another URL.
    if (compatibility === undefined || this.#slot.get(request) !== undefined) {
      return undefined;
    }
    const http = this.#create(request);
    const isLocked = compatibility.arrive(http);
    // Who sends no cookie of ours has nothing that would have to be read.
    return request.headers.cookie?.includes(cookies.settings.name) === true ? http.preload(isLocked) : undefined;
  }

  assign(request: HttpRequest, session: unknown): void {
    if (session === null || session === undefined) {
      throw new SessionsConfigError('To end a session, call await request.session.destroy(); it is not assigned');
    }
    const hasSession = this.#slot.get(request) !== undefined;
    if (!hasSession || session !== this.sessionOf(request)) {
      throw new SessionsConfigError(FOREIGN);
    }
  }

  /** The middleware of the module has seen the request: it has a session. */
  admit(given: PlatformRequest): void {
    const request = this.platform.nodeRequestOf(given);
    const found = this.#slot.get(request);
    // An application may send a request on from a route that has none.
    if (found === undefined || found === null) {
      this.#create(request);
    }
  }

  /**
   * The request has reached a route, which locks as `settings` say. There is a promise when the guard has to wait.
   *
   * @throws SessionsConfigError when the session of the request is of another library.
   */
  enterRoute(given: PlatformRequest, settings: LockSettings): Promise<void> | undefined {
    const { platform } = this;
    const request = platform.nodeRequestOf(given);
    const found = this.#slot.get(request);
    const isUntouched = found === undefined && !this.settings.isRestricted;
    if (isUntouched && settings === this.settings.engine.locking) {
      if (platform.isReplaced(given)) {
        throw new SessionsConfigError(FOREIGN);
      }
      return undefined;
    }
    return this.#sessionOfRoute(given, request, found)?.enterRoute(settings);
  }

  /**
   * The session of a request that has reached a route; `undefined` when the route has none.
   *
   * @throws SessionsConfigError when the session of the request is of another library.
   */
  sessionOfRoute(given: PlatformRequest): HttpSession | undefined {
    const request = this.platform.nodeRequestOf(given);
    return this.#sessionOfRoute(given, request, this.#slot.get(request));
  }

  #sessionOfRoute(
    given: PlatformRequest,
    request: HttpRequest,
    found: HttpSession | null | undefined,
  ): HttpSession | undefined {
    if (found === undefined && this.settings.isRestricted) {
      this.#slot.set(request, null);
      return undefined;
    }
    if (found === null) {
      return undefined;
    }
    if (this.platform.isReplaced(given)) {
      throw new SessionsConfigError(FOREIGN);
    }
    return found ?? this.#create(request);
  }

  #create(request: HttpRequest): HttpSession {
    const opened = new HttpSession(this, request);
    this.#slot.set(request, opened);
    return opened;
  }
}
