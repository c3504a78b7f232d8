import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as a platform hands it on; plain Node has the less of it. */
export interface HttpRequest extends IncomingMessage {
  /** Express: the connection is secure, or a proxy that is trusted says so. */
  readonly secure?: boolean;
  readonly originalUrl?: string;
  readonly res?: ServerResponse;
  /** Express: hands on to the next handler or, with an error, to the application's error handlers. */
  readonly next?: (error?: unknown) => void;
  session?: unknown;
}

/** How a request is named in logs and errors: without its query, which may hold secrets. */
export function routeOf(request: HttpRequest): string {
  const { method = '', originalUrl = request.url ?? '' } = request;
  const query = originalUrl.indexOf('?');
  return `${method} ${query < 0 ? originalUrl : originalUrl.slice(0, query)}`;
}
