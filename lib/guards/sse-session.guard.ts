import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { requestSessionOf } from '../http/http-session.js';
import { withoutOwnLock } from '../session/session-state.js';

/**
 * Loads the session of an `@Sse()` route, touches it, refreshes its cookie and lets it go. A guard and not an interceptor:
 * Nest sends the headers of a stream before an asynchronous interceptor is done.
 */
class SseSessionGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const lifecycle = requestSessionOf(context.switchToHttp().getRequest())?.lifecycle;
    if (lifecycle !== undefined) {
      lifecycle.settings = withoutOwnLock(lifecycle.state.settings);
      await lifecycle.load();
      await lifecycle.commit();
    }
    return true;
  }
}

/** One for all applications: all that it needs is on the request. */
export const sseSessionGuard = new SseSessionGuard();
