import { SessionHeadersSentError } from '../errors/index.js';
import { goneError } from './work/gone-error.js';
import type { LockSettings } from './lock/lock-settings.js';
import type { SessionOwner } from './object/session-owner.js';
import { SessionObject, type AnySession } from './object/session.js';
import type { SessionEngine } from './session-engine.js';
import type { SessionTransport } from './session-transport.js';
import type { UnitOfWork } from './work/unit-of-work.js';

const NO_RESPONSE = 'there is no response that could carry it';

/**
 * A session that is opened for work without a response: a script, or one message of a socket. No cookie can be sent, so it
 * creates no session and moves no expiry.
 */
export class OpenedSession implements SessionTransport, SessionOwner {
  readonly renewsExpiry = false;
  readonly hasSentHeaders = false;
  readonly session: AnySession;
  readonly unit: UnitOfWork;

  constructor(
    engine: SessionEngine,
    readonly cookieHeader: string | undefined,
    readonly route: string,
    locking: LockSettings,
  ) {
    this.unit = engine.open(this, locking);
    this.session = new SessionObject<Record<string, unknown>>(this);
  }

  cookieObstacle(): string {
    return NO_RESPONSE;
  }

  onFirstLoad(): void {
    // There is no client that could have left.
  }

  /**
   * Stores what changed, and unlocks; `undefined` when there is nothing to wait for.
   *
   * @throws SessionGoneError when the cookie names a session that has ended, and it was changed; SessionHeadersSentError when
   *   there is no cookie, and something was set: to drop that without a word would look like a success.
   */
  commit(isLast = true): Promise<void> | undefined {
    const { active } = this.unit;
    if (active.stage.at !== 'new' || active.data.isEmpty || this.unit.isOver) {
      return this.unit.commit(isLast);
    }
    void this.unit.discard();
    throw active.sent.candidates.length > 0
      ? goneError(active, 'expired')
      : new SessionHeadersSentError('Storing a new session', NO_RESPONSE);
  }

  /** Stores nothing, and unlocks. */
  discard(): Promise<void> | undefined {
    return this.unit.discard();
  }
}
