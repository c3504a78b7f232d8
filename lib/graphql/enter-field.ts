import type { HttpSessions } from '../http/http-sessions.js';
import type { LockSettings } from '../session/lock/lock-settings.js';
import { requestOf } from './graphql-field.js';
import { graphqlRequestOf } from './graphql-request.js';
import { isFieldResolver } from './resolvers.js';

/** A field is about to run, which locks as `settings` say. What is not a root field locks only where a decorator says how. */
export function enterField(
  sessions: HttpSessions,
  args: readonly unknown[],
  handler: object,
  settings: LockSettings,
): Promise<void> | undefined {
  const request = requestOf(args);
  if (request === undefined || (isFieldResolver(handler) && settings === sessions.settings.engine.locking)) {
    return undefined;
  }
  const http = sessions.reached(request);
  return http === undefined ? undefined : graphqlRequestOf(http).enter(settings);
}
