import type { INestApplication } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Platform } from './platforms.js';

interface WithHooks {
  addHook(name: 'preHandler', hook: RequestHandler): unknown;
}

/**
 * Mounts middleware of Express that wants the request which handlers get. `app.use()` of Nest gives it that on Express, but Node's on
 * Fastify; there a hook has the same form.
 */
export function beforeHandlers(nest: INestApplication, platform: Platform, ...middleware: RequestHandler[]): void {
  for (const one of middleware) {
    if (platform === 'express') {
      nest.use(one);
    } else {
      (nest.getHttpAdapter().getInstance() as WithHooks).addHook('preHandler', one);
    }
  }
}

/** Middleware for one path alone. */
export function onPath(path: string, middleware: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (request.url === path) {
      middleware(request, response, next);
    } else {
      next();
    }
  };
}
