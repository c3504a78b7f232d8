import type { HttpServer } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { SessionsConfigError } from '../errors/index.js';
import type { HttpPlatform, ReplyHeaders, SessionsOfRequests } from './http-platform.js';
import type { HttpRequest, PlatformRequest } from './http-request.js';
import { putBack } from './put-back.js';
import { cookiesIn } from './reply/response-headers.js';
import { ResponseHooks } from './reply/response-hooks.js';
import { insecure } from './reply/session-headers.js';
import { sessionAccessor } from './session-accessor.js';

/** Node's request, to which Express gives members of its own. */
interface ExpressRequest extends HttpRequest {
  /** The connection is secure, or a proxy that is trusted says so. */
  readonly secure: boolean;
  readonly res?: ServerResponse;
  /** Hands on to the next handler or, with an error, to the application's error handlers. */
  readonly next?: (error?: unknown) => void;
}

/** What we know of an application of Express: the prototypes of its requests and responses, and its middleware. */
interface ExpressApplication {
  readonly request: ExpressRequest;
  readonly response: ServerResponse;
  readonly router: ExpressRouter;
}

interface ExpressRouter {
  readonly stack: readonly { readonly name: string }[];
  handle(request: HttpRequest, response: ServerResponse, done: (error?: unknown) => void): void;
}

/** The middleware of other libraries that set `request.session`, by their names. */
const OTHER_LIBRARIES: Readonly<Record<string, string>> = {
  session: 'express-session',
  _cookieSession: 'cookie-session',
};

/** What has been mounted on an Express. */
const MOUNTED = new WeakMap<ExpressApplication, ExpressPlatform>();

/**
 * Express. The session is an accessor on the prototype of the application's requests: it is there for `app.use()` in `main.ts`,
 * which runs before the middleware of any module, and a request whose session nobody touches costs nothing. The hooks of replies
 * are on the prototype of its responses, since Express gives each of them that prototype: after this, a member of its own would
 * cost a response more than all the rest of a session.
 */
export class ExpressPlatform implements HttpPlatform {
  readonly insecure = insecure("tell Express with app.set('trust proxy', 1)");
  readonly cookiesOf = cookiesIn;
  readonly #app: ExpressApplication;
  #hooks: ResponseHooks | undefined;
  #stopAwaiting: (() => void) | undefined;
  isDetached = false;

  constructor(
    adapter: HttpServer,
    private readonly sessions: SessionsOfRequests,
  ) {
    this.#app = adapter.getInstance() as ExpressApplication;
  }

  attach(): void {
    const { sessions } = this;
    const { request, response } = this.#app;
    const before = MOUNTED.get(this.#app);
    if (before?.isDetached === true) {
      before.unmount();
    }
    if (Object.hasOwn(request, 'session')) {
      throw new SessionsConfigError(
        'SessionsModule is mounted twice on one application: call forRoot() once, in the root module',
      );
    }
    Object.defineProperty(request, 'session', sessionAccessor(sessions));
    if (sessions.awaitsRequests) {
      this.#stopAwaiting = awaitRequests(this.#app.router, sessions);
    }
    this.#hooks = new ResponseHooks(response, sessions.replies);
    this.#hooks.mount();
    MOUNTED.set(this.#app, this);
  }

  /**
   * Nothing goes yet: where the HTTP server is the application's own, requests may still be under way, whose replies must not leave
   * before the commit.
   */
  detach(): void {
    this.isDetached = true;
  }

  /** The next application gets the Express as this one has found it. */
  unmount(): void {
    Reflect.deleteProperty(this.#app.request, 'session');
    this.#stopAwaiting?.();
    this.#hooks?.unmount();
  }

  onRoutesRegistered(): void {
    for (const { name } of this.#app.router.stack) {
      const library = Object.hasOwn(OTHER_LIBRARIES, name) ? OTHER_LIBRARIES[name] : undefined;
      if (library !== undefined) {
        throw new SessionsConfigError(`${library} is mounted as well, and sets request.session: remove its app.use()`);
      }
    }
  }

  /** Without a prefix the root leads to every route, of whatever version: a wildcard would cost a tenth of a bare handler. */
  everyRoute(globalPrefix: string): string {
    return globalPrefix === '' ? '/' : '{*path}';
  }

  isReplaced(request: PlatformRequest): boolean {
    return Object.hasOwn(request, 'session');
  }

  nodeRequestOf(request: PlatformRequest): HttpRequest {
    return request as HttpRequest;
  }

  isSecure({ secure }: ExpressRequest): boolean {
    return secure;
  }

  /** Older versions of Engine.IO give requests of sockets a response that nobody can listen to. */
  responseOf({ res }: ExpressRequest): ServerResponse | undefined {
    return typeof res?.once === 'function' ? res : undefined;
  }

  holdReply(response: ServerResponse): void {
    this.#hooks?.renew(response);
  }

  headersOf(response: ServerResponse): ReplyHeaders {
    return response;
  }

  filterArguments(request: ExpressRequest): readonly unknown[] {
    return [request, request.res, request.next];
  }
}

/**
 * Before all middleware, also what was mounted earlier: `app.use()` in `main.ts` runs before that of any module. Returns what ends
 * it.
 */
function awaitRequests(router: ExpressRouter, sessions: SessionsOfRequests): () => void {
  const before = Object.getOwnPropertyDescriptor(router, 'handle');
  const handle = router.handle.bind(router);
  router.handle = (request, response, done) => {
    const route = (): void => handle(request, response, done);
    const pending = sessions.arrived(request);
    if (pending === undefined) {
      route();
    } else {
      pending.then(route).catch(done);
    }
  };
  return () => putBack(router, 'handle', before);
}
