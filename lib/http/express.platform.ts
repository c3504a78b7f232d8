import type { HttpAdapterHost } from '@nestjs/core';
import type { ServerResponse } from 'node:http';
import { SessionsConfigError } from '../errors/index.js';
import type { HttpPlatform, SessionsOfRequests } from './http-platform.js';
import type { HttpRequest } from './http-request.js';
import { ResponseHooks } from './reply/response-hooks.js';

/** What we know of an application of Express: the prototypes of its requests and responses, and its middleware. */
interface ExpressApplication {
  readonly request: HttpRequest;
  readonly response: ServerResponse;
  readonly router?: { readonly stack?: readonly { readonly name?: string }[] };
}

/** The middleware of other libraries that set `request.session`, by their names. */
const OTHER_LIBRARIES: Readonly<Record<string, string>> = {
  session: 'express-session',
  _cookieSession: 'cookie-session',
};

/**
 * Express. The session is an accessor on the prototype of the application's requests: it is there for `app.use()` in `main.ts`,
 * which runs before the middleware of any module, and a request whose session nobody touches costs nothing.
 */
export class ExpressPlatform implements HttpPlatform {
  #app: ExpressApplication | undefined;
  #hooks: ResponseHooks | undefined;

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** @throws SessionsConfigError on a platform that is not supported yet. */
  attach(sessions: SessionsOfRequests): void {
    // Only now: under Test.createTestingModule() there is no adapter when providers are made.
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter.getType() !== 'express') {
      throw new SessionsConfigError(
        `SessionsModule works with @nestjs/platform-express; ${httpAdapter.getType()} is not supported yet`,
      );
    }
    const app = httpAdapter.getInstance<ExpressApplication>();
    const { request, response } = app;
    if (Object.hasOwn(request, 'session')) {
      throw new SessionsConfigError(
        'SessionsModule is mounted twice on one application: call forRoot() once, in the root module',
      );
    }
    this.#app = app;
    Object.defineProperty(request, 'session', {
      configurable: true,
      get(this: HttpRequest) {
        return sessions.sessionOf(this);
      },
      set(this: HttpRequest, session: unknown) {
        sessions.assign(this, session);
      },
    });
    this.#hooks = new ResponseHooks(response, ({ req }) => sessions.touched(req)?.reply);
  }

  detach(): void {
    if (this.#app !== undefined) {
      Reflect.deleteProperty(this.#app.request, 'session');
      this.#hooks?.remove();
      this.#app = undefined;
    }
  }

  onRoutesRegistered(): void {
    for (const { name = '' } of this.#app?.router?.stack ?? []) {
      const library = Object.hasOwn(OTHER_LIBRARIES, name) ? OTHER_LIBRARIES[name] : undefined;
      if (library !== undefined) {
        throw new SessionsConfigError(`${library} is mounted as well, and sets request.session: remove its app.use()`);
      }
    }
  }

  isSecure({ secure, socket }: HttpRequest): boolean {
    return secure ?? ('encrypted' in socket && socket.encrypted === true);
  }

  responseOf({ res }: HttpRequest): ServerResponse | undefined {
    return typeof res?.writeHead === 'function' && typeof res.once === 'function' ? res : undefined;
  }

  renewHooks(response: ServerResponse): void {
    this.#hooks?.renew(response);
  }
}
