import type { SessionRequest } from './request-session.interface.js';

/** How a request is named in logs and errors: without its query, which may hold what is nobody's business. */
export function routeOf({ method = '', originalUrl, url = '' }: SessionRequest): string {
  return `${method} ${(originalUrl ?? url).split('?', 1)[0] ?? ''}`;
}
