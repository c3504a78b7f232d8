import { randomUUID } from 'node:crypto';
import { assertSerializable } from '../../../lib/session/data/serializer.js';
import { SessionEngine } from '../../../lib/session/session-engine.js';
import { hashSessionId, sessionIds } from '../../../lib/session/session-id.js';
import type { LockSettings } from '../../../lib/session/lock/lock-settings.js';
import { SessionObject } from '../../../lib/session/object/session.js';
import type { UnitOfWork } from '../../../lib/session/work/unit-of-work.js';
import type { SessionStore } from '../../../lib/stores/session-store.js';
import { ManualClock } from '../../../lib/testing/manual-clock.js';
import { RecordingLogger } from '../basics/recording-logger.js';
import { testTransport, type TestTransport } from './test-transport.js';

export const LEASE = 30_000;
export const WATCH_INTERVAL = 60_000;
const HOUR = 3_600_000;
const MAX_HOLD = 300_000;

/** One request, without HTTP around it. */
export interface Visit {
  readonly transport: TestTransport;
  readonly unit: UnitOfWork;
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
      checkValue: assertSerializable,
      storeTimeout: 2_000,
      policy: {
        timeout: HOUR,
        absoluteTimeout: Infinity,
        touchAfter: HOUR / 10,
        maxHold: MAX_HOLD,
        maxBytes: 10_000,
        isCookiePersistent: true,
      },
      locking: { mode: 'implicit', wait: 10_000, lease: LEASE, ...locking },
      limits: { maxWaiters: 100, maxHold: MAX_HOLD },
      watch: { interval: WATCH_INTERVAL, maxWatched: 5 },
    });
  }

  visit(id?: string, mode: LockSettings['mode'] = this.engine.locking.mode): Visit {
    const transport = testTransport(id);
    const unit = this.engine.open(transport, { ...this.engine.locking, mode });
    return { transport, unit, session: new SessionObject({ unit }) };
  }

  /** A session that is stored; returns its id. */
  async stored(data: Record<string, unknown> = {}): Promise<string> {
    const { unit, session } = this.visit();
    await session.load();
    session.update({ there: true, ...data });
    await unit.commit();
    return session.id;
  }

  /** What the store holds for whoever sends this id. */
  async data(id: string): Promise<unknown> {
    const answer = await this.store.load({ id: hashSessionId(id) });
    return answer.status === 'found' ? JSON.parse(answer.record.data) : answer.status;
  }

  /** Whether anybody could lock the session now: `held` when not. */
  async lockStatus(id: string): Promise<string> {
    // A token of its own: no store has to give a lock twice for one.
    const args = { id: hashSessionId(id), token: randomUUID() };
    const { status } = await this.store.tryLock({ ...args, lease: 1, holder: { route: '', process: '', since: 0 } });
    if (status === 'acquired') {
      await this.store.unlock(args);
    }
    return status;
  }
}
