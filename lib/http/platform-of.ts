import type { HttpServer } from '@nestjs/common';
import { SessionsConfigError } from '../errors/index.js';
import { ExpressPlatform } from './express.platform.js';
import { FastifyPlatform } from './fastify.platform.js';
import type { HttpPlatform, SessionsOfRequests } from './http-platform.js';

/** The platform under the adapter of the application. @throws SessionsConfigError when it is none that we know. */
export function platformOf(adapter: HttpServer, sessions: SessionsOfRequests): HttpPlatform {
  const type = adapter.getType();
  switch (type) {
    case 'express':
      return new ExpressPlatform(adapter, sessions);
    case 'fastify':
      return new FastifyPlatform(adapter, sessions);
    default:
      throw new SessionsConfigError(
        `SessionsModule works with @nestjs/platform-express and @nestjs/platform-fastify, not with ${type}`,
      );
  }
}
