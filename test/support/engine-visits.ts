import { SessionEngine } from '../../lib/session/session-engine.js';
import type { SessionTransport } from '../../lib/session/session-transport.js';
import { hashSessionId, sessionIds } from '../../lib/session/session-id.js';
import type { SessionLifecycle } from '../../lib/session/session-lifecycle.js';
import type { LockSettings } from '../../lib/session/session-state.js';
import { SessionObject } from '../../lib/session/object/session.js';
import type { SessionStore } from '../../lib/stores/session-store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { RecordingLogger } from './recording-logger.js';

export const LEASE = 30_000;
const HOUR = 3_600_000;

type Exchange = { -readonly [K in keyof SessionTransport]: SessionTransport[K] };

/** One request, without HTTP around it. */
export interface Visit {
  readonly exchange: Exchange;
  readonly lifecycle: SessionLifecycle;
  readonly session: SessionObject<Record<string, unknown>>;
}

/** The engine on a clock that the test moves, opened by requests that send one cookie and see one. */
export class EngineVisits {
  readonly engine: SessionEngine;
  readonly logger = new RecordingLogger();

  constructor(
    readonly store: SessionStore,
    readonly clock = new ManualClock(),
    locking: Partial<LockSettings> = {},
  ) {
    this.engine = new SessionEngine({
      store,
      clock,
      logger: this.logger,
      isDebug: false,
      ids: sessionIds(),
      signature: undefined,
      cookieName: 'sid',
      isCookiePersistent: true,
      timeout: HOUR,
      absoluteTimeout: Infinity,
      touchAfter: HOUR / 10,
      storeTimeout: 2_000,
      maxBytes: 10_000,
      locking: { mode: 'implicit', wait: 10_000, lease: LEASE, ...locking },
      limits: { maxWaiters: 100, maxHold: 300_000 },
    });
  }

  visit(id?: string, mode: LockSettings['mode'] = this.engine.locking.mode): Visit {
    const exchange: Exchange = {
      cookieHeader: id === undefined ? undefined : `sid=${id}`,
      route: 'GET /test',
      renewsExpiry: true,
      hasSentHeaders: false,
      cookieObstacle: () => undefined,
      onFirstLoad: () => undefined,
    };
    const lifecycle = this.engine.open(exchange, { ...this.engine.locking, mode });
    return { exchange, lifecycle, session: new SessionObject({ lifecycle }) };
  }

  /** A session that is stored; gives its id. */
  async stored(data: Record<string, unknown> = {}): Promise<string> {
    const { lifecycle, session } = this.visit();
    await session.load();
    session.update({ there: true, ...data });
    await lifecycle.commit();
    return session.id;
  }

  /** What the store holds for whoever sends this id. */
  async data(id: string): Promise<unknown> {
    const answer = await this.store.load({ id: hashSessionId(id) });
    return answer.status === 'found' ? JSON.parse(answer.record.data) : answer.status;
  }

  /** Whether anybody could lock the session now: `held` when not. */
  async lockStatus(id: string): Promise<string> {
    const args = { id: hashSessionId(id), token: 'probe' };
    const { status } = await this.store.tryLock({ ...args, lease: 1, holder: { route: '', process: '', since: 0 } });
    if (status === 'acquired') {
      await this.store.unlock(args);
    }
    return status;
  }
}
