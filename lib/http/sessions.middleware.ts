import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { RequestContext } from './request-context.js';
import { REQUEST_SESSION_PARTS } from '../sessions.constants.js';
import type { RequestSessionParts, SessionRequest } from './http-request.js';
import { RequestSession, requestSessionOf } from './http-session.js';

/** Puts a lazy session on the request: no store access, no id, no cookie until somebody asks for it. */
@Injectable()
export class SessionsMiddleware implements NestMiddleware {
  constructor(
    @Inject(REQUEST_SESSION_PARTS) private readonly parts: RequestSessionParts,
    private readonly context: RequestContext,
  ) {}

  use(request: SessionRequest, response: ServerResponse, next: () => void): void {
    const requestSession = requestSessionOf(request) ?? new RequestSession(this.parts, request, response);
    this.context.run(requestSession.session, next);
  }
}
