import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from '../http/http-request.js';
import { httpSessionOf } from '../http/session-of.js';

/** Before an `@Sse()` handler. A guard and not an interceptor: Nest sends the headers of a stream before an asynchronous one is done. */
class SseSessionGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await httpSessionOf(context.getArgByIndex<PlatformRequest>(0))?.enterStream();
    return true;
  }
}

/** One for all applications: all that it needs is on the request. */
export const sseSessionGuard = new SseSessionGuard();
