import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { requestSessionOf } from '../middleware/request-session.js';

/**
 * Loads the session of an `@Sse()` route, touches it, refreshes its cookie and lets it go. A guard and not an interceptor:
 * Nest sends the headers of a stream before an asynchronous interceptor is done.
 */
class SseSessionGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const lifecycle = requestSessionOf(context.switchToHttp().getRequest())?.lifecycle;
    if (lifecycle !== undefined) {
      const { settings } = lifecycle.state;
      if (settings.mode !== 'read-only') {
        lifecycle.settings = { ...settings, mode: 'explicit' };
      }
      await lifecycle.load();
      await lifecycle.commit();
    }
    return true;
  }
}

/** One for all applications: all that it needs is on the request. */
export const sseSessionGuard = new SseSessionGuard();
