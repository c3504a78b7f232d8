import type { SessionRequest } from './http-request.js';

/** How a request is named in logs and errors: without its query, which may hold what is nobody's business. */
export function routeOf(request: SessionRequest): string {
  const { method = '', originalUrl = request.url ?? '' } = request;
  return `${method} ${originalUrl.split('?', 1)[0] ?? ''}`;
}
