import type { IncomingMessage } from 'node:http';

/** Node's request. A platform may hand on one of its own, which is laid around it. */
export interface HttpRequest extends IncomingMessage {
  /** The URL as it came, where `url` is what is left of it below the path of a middleware. */
  readonly originalUrl?: string;
  session?: unknown;
}

/** What a platform gives to middleware, guards and handlers: Node's request, or its own around it. */
export interface PlatformRequest {
  readonly session?: unknown;
}

/** How a request is named in logs and errors: without its query, which may hold secrets. */
export function routeOf(request: HttpRequest): string {
  const { method = '', originalUrl = request.url ?? '' } = request;
  const query = originalUrl.indexOf('?');
  return `${method} ${query < 0 ? originalUrl : originalUrl.slice(0, query)}`;
}
