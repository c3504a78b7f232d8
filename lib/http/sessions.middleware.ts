import { Injectable, type NestMiddleware } from '@nestjs/common';
import type { PlatformRequest } from './http-request.js';
import { WorkContext } from '../session/work-context.js';
import { HttpSessions } from './http-sessions.js';

/** Mounted only where it is needed: for `forRoutes`, `exclude` and `currentSession`. */
@Injectable()
export class SessionsMiddleware implements NestMiddleware {
  constructor(
    private readonly sessions: HttpSessions,
    private readonly context: WorkContext,
  ) {}

  use(request: PlatformRequest, _response: unknown, next: () => void): void {
    this.sessions.admit(request);
    this.context.run(request, next);
  }
}
