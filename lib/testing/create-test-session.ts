import { Logger } from '@nestjs/common';
import type { SessionContents, SessionData } from '../interfaces/session-data.interface.js';
import { resolveOptions } from '../options/sessions-options.js';
import { SessionObject } from '../session/object/session.js';
import { SessionEngine } from '../session/session-engine.js';
import type { SessionTransport } from '../session/session-transport.js';

const TRANSPORT: SessionTransport = {
  cookieHeader: undefined,
  route: 'createTestSession()',
  renewsExpiry: true,
  hasSentHeaders: false,
  cookieObstacle: () => undefined,
  onFirstLoad: () => undefined,
};

/**
 * A session for unit tests of controllers and services, with no request behind it: loaded, as a handler finds it, and kept in
 * memory. With `data` it is that of a visitor who has come before; without, that of a new one.
 *
 * ```ts
 * const session = createTestSession({ visits: 2 });
 * controller.visits(session);
 * expect(session.get('visits')).toBe(3);
 * ```
 */
export function createTestSession<T extends object = SessionData>(
  data?: Partial<SessionContents<T>>,
): SessionObject<T> {
  const engine = new SessionEngine({ ...resolveOptions(), logger: new Logger('createTestSession') });
  const unit = engine.open(TRANSPORT);
  unit.active.found({ at: 'new' });
  unit.active.isNew = data === undefined;
  return new SessionObject<T>({ unit }).update(data ?? {});
}
