import type { HttpServer } from '@nestjs/common';
import { SessionsConfigError } from '../errors/index.js';
import { ExpressPlatform } from './express.platform.js';
import type { HttpPlatform, SessionsOfRequests } from './http-platform.js';

/** The platform under the adapter of the application. @throws SessionsConfigError when it is none that we know. */
export function platformOf(adapter: HttpServer, sessions: SessionsOfRequests): HttpPlatform {
  const type = adapter.getType();
  if (type !== 'express') {
    throw new SessionsConfigError(`SessionsModule works with @nestjs/platform-express; ${type} is not supported yet`);
  }
  return new ExpressPlatform(adapter, sessions);
}
