import type { HttpServer } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { SessionsConfigError } from '../errors/index.js';
import { FastifyHeaders } from './fastify-headers.js';
import type { HttpPlatform, ReplyHeaders, SessionsOfRequests } from './http-platform.js';
import type { HttpRequest, PlatformRequest } from './http-request.js';
import { cookiesIn } from './reply/response-headers.js';
import { ResponseHooks } from './reply/response-hooks.js';
import { insecure } from './reply/session-headers.js';
import { RequestSlot } from './request-slot.js';
import { sessionAccessor } from './session-accessor.js';

/** What we know of Fastify's request, which is laid around Node's. */
interface FastifyRequest extends PlatformRequest {
  readonly raw: HttpRequest;
  /** By the connection and, with `trustProxy`, by what a proxy says. */
  readonly protocol: string;
}

interface FastifyReply extends ReplyHeaders {
  readonly request: FastifyRequest;
  readonly raw: ServerResponse;
  /** The response has ended, or the application has taken it over: `hijack()`. */
  readonly sent: boolean;
}

type Done = (error?: unknown) => void;
type RequestHook = (this: unknown, request: FastifyRequest, reply: FastifyReply, done: Done) => unknown;
type ReplyHook = (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done) => void;

interface FastifyInstance {
  hasRequestDecorator(name: string): boolean;
  decorateRequest(
    name: string,
    accessor: { getter(this: FastifyRequest): unknown; setter?(this: FastifyRequest, value: unknown): void },
  ): unknown;
  addHook(name: 'onSend', hook: ReplyHook): unknown;
  register(plugin: (instance: FastifyInstance, options: unknown, done: Done) => void): unknown;
}

/** Nest's adapter. */
interface FastifyAdapter {
  readonly onRequestHook?: RequestHook;
  getInstance(): FastifyInstance;
  setOnRequestHook?(hook: RequestHook): void;
}

/** A plugin of Fastify that has this adds its hooks to all of the application, and not to a context of its own. */
const OF_ALL = Symbol.for('skip-override');

const TAKEN =
  'request.session of this Fastify application is taken: remove the other session library (@fastify/session, ' +
  '@fastify/secure-session ...), and call SessionsModule.forRoot() once, in the root module';
const UNSEEN =
  'request.session was used in a request that SessionsModule has not seen: before the hooks of Nest, or after another call of ' +
  "setOnRequestHook() of Nest's adapter than before the application was initialised";

/**
 * Fastify. Its request has the accessor `session`, and so has Node's request inside of it, for the middleware that gets that one.
 * A reply is held in a hook `onSend`, before anything of it is written. One that goes past it (a stream, `hijack()`, `raw`,
 * server-sent events) is held by hooks on Node's response, which are laid on it when its session is touched.
 */
export class FastifyPlatform implements HttpPlatform {
  readonly insecure = insecure('tell Fastify of it with new FastifyAdapter({ trustProxy: [its address] })');
  readonly #adapter: FastifyAdapter;
  /** Of Node's requests. */
  readonly #accessor: PropertyDescriptor;
  /** On Node's request. */
  readonly #replies = new RequestSlot<FastifyReply>();
  /** By the prototype of the responses: those of `inject()` have another one than those of a server. */
  readonly #hooks = new WeakMap<object, ResponseHooks>();
  readonly #laid = new WeakSet<ServerResponse>();

  constructor(
    adapter: HttpServer,
    private readonly sessions: SessionsOfRequests,
  ) {
    this.#adapter = adapter as HttpServer & FastifyAdapter;
    this.#accessor = sessionAccessor(sessions);
  }

  attach(): void {
    const instance = this.#adapter.getInstance();
    if (instance.hasRequestDecorator('session')) {
      throw new SessionsConfigError(TAKEN);
    }
    this.#decorateRequests(instance);
    this.#hookReplies(instance);
  }

  /** A Fastify application that is closed serves nothing any more. */
  detach(): void {
    // There is nothing that could be undone.
  }

  /** Fastify itself refuses a library that decorates its requests with a second `session`. */
  onRoutesRegistered(): void {
    // There is nothing to be looked for.
  }

  /** The pattern '/' matches no other path. */
  everyRoute(): string {
    return '{*path}';
  }

  isReplaced(request: PlatformRequest): boolean {
    const found = Object.getOwnPropertyDescriptor(this.nodeRequestOf(request), 'session');
    return (found !== undefined && found.get !== this.#accessor.get) || Object.hasOwn(request, 'session');
  }

  nodeRequestOf(request: PlatformRequest): HttpRequest {
    return 'raw' in request ? (request as FastifyRequest).raw : (request as HttpRequest);
  }

  isSecure(request: HttpRequest): boolean {
    return this.#replies.get(request)?.request.protocol === 'https';
  }

  responseOf(request: HttpRequest): ServerResponse | undefined {
    return this.#replies.get(request)?.raw;
  }

  holdReply(response: ServerResponse): void {
    const hooks = this.#hooksOf(response);
    if (this.#laid.has(response)) {
      hooks.renew(response);
    } else {
      this.#laid.add(response);
      hooks.lay(response);
    }
  }

  headersOf(response: ServerResponse): ReplyHeaders {
    const reply = this.#replies.get(response.req);
    return reply === undefined ? response : new FastifyHeaders(reply, response);
  }

  /** Middleware sets them on Node's response, and Fastify's reply hides those once it has some of its own. */
  cookiesOf(response: ServerResponse): readonly string[] {
    return [...new Set([...cookiesIn(response), ...cookiesIn(this.headersOf(response))])];
  }

  /** After `hijack()` Fastify ignores what is sent by its reply. */
  filterArguments(request: HttpRequest): readonly unknown[] | undefined {
    const reply = this.#replies.get(request);
    const isHijacked = reply === undefined || (reply.sent && !reply.raw.writableEnded);
    return isHijacked ? undefined : [reply.request, reply];
  }

  #decorateRequests(instance: FastifyInstance): void {
    const { sessions } = this;
    const replies = this.#replies;
    instance.decorateRequest('session', {
      getter() {
        if (replies.get(this.raw) === undefined) {
          throw new SessionsConfigError(UNSEEN);
        }
        return sessions.sessionOf(this.raw);
      },
      setter(session) {
        sessions.assign(this.raw, session);
      },
    });
    for (const name of sessions.members) {
      instance.decorateRequest(name, {
        getter() {
          return Reflect.get(this.raw, name) as unknown;
        },
      });
    }
    this.#onRequest((request, reply) => {
      replies.set(request.raw, reply);
      Object.defineProperty(request.raw, 'session', this.#accessor);
    });
  }

  /** By the hook of Nest's adapter: it alone comes before all middleware. The application may have set it as well. */
  #onRequest(enter: (request: FastifyRequest, reply: FastifyReply) => void): void {
    const adapter = this.#adapter;
    if (typeof adapter.setOnRequestHook !== 'function') {
      throw new SessionsConfigError('SessionsModule needs @nestjs/platform-fastify 11.1.6 or newer');
    }
    const theirs = adapter.onRequestHook;
    adapter.setOnRequestHook((request, reply, done) => {
      enter(request, reply);
      const goOn = (): unknown =>
        theirs === undefined ? done() : Reflect.apply(theirs, adapter, [request, reply, done]);
      const pending = this.sessions.arrived(request.raw);
      if (pending === undefined) {
        return goOn();
      }
      // A hook calls `done`, or returns a promise. Both together would make Fastify go on twice.
      pending
        .then(() => {
          const result = goOn();
          if (result instanceof Promise) {
            result.then(() => done(), done);
          }
        })
        .catch(done);
      return undefined;
    });
  }

  /** As a plugin, which is loaded after those of the application: what their hooks make of the reply is known by then. */
  #hookReplies(instance: FastifyInstance): void {
    // Fastify shows it by this name.
    const nestjsSessions = (application: FastifyInstance, _: unknown, loaded: Done): void => {
      application.addHook('onSend', (_request, { raw }, payload, done) => {
        const reply = isStreamed(payload) ? undefined : this.sessions.replies.get(raw.req)?.reply;
        if (reply === undefined) {
          done();
        } else {
          reply.send(raw, done);
        }
      });
      loaded();
    };
    instance.register(Object.assign(nestjsSessions, { [OF_ALL]: true }));
  }

  #hooksOf(response: ServerResponse): ResponseHooks {
    const prototype = Object.getPrototypeOf(response) as ServerResponse;
    const known = this.#hooks.get(prototype);
    if (known !== undefined) {
      return known;
    }
    const hooks = new ResponseHooks(prototype, this.sessions.replies);
    this.#hooks.set(prototype, hooks);
    return hooks;
  }
}

/** Whether the body is written piece by piece, with headers that a `Response` may bring along. */
function isStreamed(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && !Buffer.isBuffer(payload);
}
