import { Logger } from '@nestjs/common';
import type { SessionContents, SessionData } from '../interfaces/session-data.interface.js';
import { SessionEngine } from '../session/session-engine.js';
import type { SessionExchange } from '../session/session-exchange.js';
import { SessionObject } from '../session/session.js';
import { resolveOptions } from '../sessions.options.js';

/**
 * A session for unit tests of controllers and services, with no request behind it: loaded and locked, as a handler finds it,
 * and kept in memory. With `data` it is that of a visitor who has come before; without, that of a new one.
 *
 * ```ts
 * const session = await createTestSession({ visits: 2 });
 * controller.visits(session);
 * expect(session.get('visits')).toBe(3);
 * ```
 */
export async function createTestSession<T extends object = SessionData>(
  data?: Partial<SessionContents<T>>,
): Promise<SessionObject<T>> {
  const options = resolveOptions();
  const engine = new SessionEngine({ ...options, logger: new Logger('createTestSession') });
  const first = engine.open(exchangeWith(undefined));
  await first.load();
  const session = new SessionObject<T>(first);
  if (data === undefined) {
    return session;
  }
  session.update(data);
  await first.commit();
  const next = engine.open(exchangeWith(`${options.cookieName}=${first.id}`));
  await next.load();
  return new SessionObject<T>(next);
}

function exchangeWith(cookieHeader: string | undefined): SessionExchange {
  return {
    cookieHeader,
    route: 'createTestSession()',
    renewsExpiry: true,
    hasSentHeaders: false,
    canSendCookie: () => true,
    onFirstLoad: () => undefined,
  };
}
