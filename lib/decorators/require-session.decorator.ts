import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { RequireSessionGuard } from '../guards/require-session.guard.js';
import type { SessionData, SessionKey } from '../interfaces/session-data.interface.js';
import { REQUIRE_SESSION } from '../sessions.constants.js';

/**
 * Admits only requests that have a stored session and, under each of `keys`, a truthy value: who has `null`, `0`, `''` or
 * `false` under `userId` is not logged in. All others are answered with 401, and with 409 (`SessionGoneError`) when another
 * request has destroyed or rotated the session. On a method or a controller; the keys of both add up.
 */
export function RequireSession(...keys: SessionKey<SessionData>[]): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(REQUIRE_SESSION, keys), UseGuards(RequireSessionGuard));
}
