import type { ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from '../http/http-request.js';
import type { HttpSessions } from '../http/http-sessions.js';
import type { LockSettings } from '../session/lock/lock-settings.js';
import type { WorkContext } from '../session/work-context.js';
import { requestOf } from './graphql-field.js';
import { graphqlRequestOf } from './graphql-request.js';
import { isFieldResolver } from './resolvers.js';
import { enterSocketField } from './socket-field.js';

/** A field is about to run, which locks as `settings` say. What is not a root field locks only where a decorator says how. */
export function enterField(
  sessions: HttpSessions,
  work: WorkContext,
  field: ExecutionContext,
  settings: LockSettings,
): Promise<void> | undefined {
  const args = field.getArgs();
  const handler = field.getHandler();
  const { engine } = sessions.settings;
  const request = requestOf(args);
  if (request === undefined || !hasResponse(sessions, request)) {
    if (!isFieldResolver(handler)) {
      enterSocketField(engine, work, args, `${field.getClass().name}.${handler.name}()`, settings);
    }
    return undefined;
  }
  if (isFieldResolver(handler) && settings === engine.locking) {
    return undefined;
  }
  const http = sessions.sessionOfRoute(request);
  return http === undefined ? undefined : graphqlRequestOf(http).enter(settings);
}

/** Not so the request that opened a socket, which an application may give to its resolvers as `req`. */
function hasResponse({ platform }: HttpSessions, request: PlatformRequest): boolean {
  return platform.responseOf(platform.nodeRequestOf(request)) !== undefined;
}
