import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { HttpRequest, PlatformRequest } from './http-request.js';
import type { Replies } from './reply/response-hooks.js';

/** The sessions of the requests, and the replies that they hold. */
export interface SessionsOfRequests {
  readonly replies: Replies;
  /** Whether `arrived()` has to be called for each request as it arrives. */
  readonly awaitsRequests: boolean;
  /** What Node's requests have besides `session`, by name: those of the platform have it too. */
  readonly members: readonly string[];
  /** What `request.session` is. */
  sessionOf(request: HttpRequest): unknown;
  /** @throws SessionsConfigError when it is the session of another library. */
  assign(request: HttpRequest, session: unknown): void;
  /** The request arrives, and nobody has seen it. There is a promise when it has to wait for its session. */
  arrived(request: HttpRequest): Promise<void> | undefined;
}

/** The headers of a reply that has not left. */
export interface ReplyHeaders {
  getHeaders(): Readonly<OutgoingHttpHeaders>;
  getHeader(name: string): number | string | string[] | undefined;
  removeHeader(name: string): unknown;
}

/**
 * What differs between the HTTP platforms of Nest. All else in this folder knows the requests and responses of Node alone: what a
 * platform lays around them stays behind this interface.
 */
export interface HttpPlatform {
  /**
   * Makes `request.session`, for everything that sees a request, Node's own or the platform's; and has the replies of requests
   * whose session was touched pass by `HttpSession.reply`.
   *
   * @throws SessionsConfigError when somebody else has made it.
   */
  attach(): void;
  /** The application is closed: another one may be attached in its place. */
  detach(): void;
  /**
   * The routes are registered.
   *
   * @throws SessionsConfigError when another session library is mounted.
   */
  onRoutesRegistered(): void;
  /** The pattern with which a middleware of Nest is mounted for every route. */
  everyRoute(globalPrefix: string): string;

  /** Whether somebody has laid a property of its own over the session of this request, which no setter sees. */
  isReplaced(request: PlatformRequest): boolean;
  /** Node's request. */
  nodeRequestOf(request: PlatformRequest): HttpRequest;
  /** Whether the connection is secure, by what the platform knows of proxies. */
  isSecure(request: HttpRequest): boolean;
  /** Why no `Secure` cookie can be sent over a connection that is not: what to tell the platform behind a proxy. */
  readonly insecure: string;
  /** Where the reply goes; `undefined` when there is none that could be sent, as for sockets. */
  responseOf(request: HttpRequest): ServerResponse | undefined;
  /**
   * The reply has to pass by us, whatever has been laid over it since the last call: a wrapper such as compression would else
   * decide before the commit.
   */
  holdReply(response: ServerResponse): void;
  /** The headers that are set so far, wherever the platform keeps them. */
  headersOf(response: ServerResponse): ReplyHeaders;
  /** The cookies among them, all of them where the platform keeps headers in two places. */
  cookiesOf(response: ServerResponse): readonly string[];
  /** What an exception filter gets; `undefined` when the platform would ignore its answer. */
  filterArguments(request: HttpRequest): readonly unknown[] | undefined;
}
