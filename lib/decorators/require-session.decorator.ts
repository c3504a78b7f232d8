import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { RequireSessionGuard } from '../guards/require-session.guard.js';
import type { SessionData, SessionKey } from '../interfaces/session-data.interface.js';
import { REQUIRE_SESSION } from '../sessions.constants.js';

/** Answers 401 when there is no stored session, or it lacks one of the keys. On a method or a controller. */
export function RequireSession(...keys: SessionKey<SessionData>[]): MethodDecorator & ClassDecorator {
  return applyDecorators(SetMetadata(REQUIRE_SESSION, keys), UseGuards(RequireSessionGuard));
}
