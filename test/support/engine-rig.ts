import type { LockingMode } from '../../lib/interfaces/sessions-options.interface.js';
import type { SessionRecord } from '../../lib/interfaces/session-record.interface.js';
import { SessionConflicts } from '../../lib/session/session-conflicts.js';
import { CookieReader } from '../../lib/session/cookie/cookie-reader.js';
import type { SessionTransport } from '../../lib/session/session-transport.js';
import { SessionExpiry } from '../../lib/session/session-expiry.js';
import { generateSessionId, hashSessionId, sessionIds, type SessionIds } from '../../lib/session/session-id.js';
import { SessionLoader } from '../../lib/session/session-loader.js';
import { SessionLocks, type LockLimits } from '../../lib/session/lock/session-locks.js';
import { SessionPlan } from '../../lib/session/session-plan.js';
import { SessionState } from '../../lib/session/session-state.js';
import { SessionTouch } from '../../lib/session/session-touch.js';
import { SessionLog } from '../../lib/session/session-log.js';
import { SessionWriter } from '../../lib/session/session-writer.js';
import { MemoryStore } from '../../lib/stores/memory/memory.store.js';
import { ManualClock } from '../../lib/testing/manual-clock.js';
import { RecordingLogger } from './recording-logger.js';

export const TIMEOUT = 60 * 60_000;
export const TOUCH_AFTER = TIMEOUT / 10;
export const MAX_HOLD = 5 * 60_000;

type Change = (exchange: { -readonly [K in keyof SessionTransport]: SessionTransport[K] }) => void;

/** The parts of the engine, put together on a memory store and a clock that the test moves. */
export class EngineRig {
  readonly clock = new ManualClock();
  readonly logger = new RecordingLogger();
  readonly store = new MemoryStore();
  readonly trace: SessionLog;
  readonly locks: SessionLocks;
  readonly plan: SessionPlan;
  readonly conflicts: SessionConflicts;
  readonly writer: SessionWriter;
  readonly loader: SessionLoader;
  readonly #ids: SessionIds;

  constructor({ limits, generateId }: { limits?: Partial<LockLimits>; generateId?: () => string } = {}) {
    const { clock, store } = this;
    void store.start({ clock, logger: this.logger });
    this.#ids = sessionIds(generateId);
    this.trace = new SessionLog(this.logger, clock, true);
    const expiry = new SessionExpiry(TIMEOUT, Infinity, TOUCH_AFTER);
    this.locks = new SessionLocks(store, clock, { maxWaiters: 100, maxHold: MAX_HOLD, ...limits }, this.trace.warnings);
    this.plan = new SessionPlan(expiry, this.#ids, clock, true, MAX_HOLD);
    const touch = new SessionTouch(store, this.locks, this.plan, this.trace);
    this.conflicts = new SessionConflicts(store, this.locks, this.trace);
    this.writer = new SessionWriter(store, this.locks, this.conflicts, this.plan, touch, clock, this.trace, 10_000);
    this.loader = new SessionLoader(store, this.locks, expiry, this.plan, touch, clock, this.trace);
  }

  /** The state of a request that has not loaded its session yet; `change` alters what it is opened for. */
  state(id?: string, mode: LockingMode = 'implicit', change: Change = () => undefined): SessionState {
    const exchange = {
      cookieHeader: id === undefined ? undefined : `sid=${id}`,
      route: 'GET /test',
      renewsExpiry: true,
      hasSentHeaders: false,
      cookieObstacle: (): string | undefined => undefined,
      onFirstLoad: () => undefined,
    };
    change(exchange);
    const reader = new CookieReader('sid', this.#ids, undefined);
    return new SessionState(exchange, reader, { mode, wait: 10_000, lease: 30_000 });
  }

  /** Puts a session into the store; gives the id that a client sends for it. */
  async stored(data: object = {}): Promise<string> {
    const id = generateSessionId();
    const now = this.clock.now();
    await this.store.create({
      id: hashSessionId(id),
      record: { data: JSON.stringify(data), createdAt: now, expiresAt: now + TIMEOUT },
    });
    return id;
  }

  /** A request that has loaded the session: with its lock, or in the mode `explicit` without. */
  async opened(id: string | undefined, mode: LockingMode = 'implicit', change?: Change): Promise<SessionState> {
    const state = this.state(id, mode, change);
    await this.loader.load(state, mode === 'implicit', () => new AbortController().signal);
    return state;
  }

  /** The record under the id that a client would send; `undefined` when there is none, or a tombstone. */
  async record(id: string | undefined): Promise<SessionRecord | undefined> {
    const answer = await this.store.load({ id: hashSessionId(id ?? '') });
    return answer.status === 'found' ? answer.record : undefined;
  }

  async data(id: string | undefined): Promise<unknown> {
    const record = await this.record(id);
    return record && JSON.parse(record.data);
  }

  /** Whether anybody could lock the session now. */
  async isFree(id: string): Promise<boolean> {
    const holder = { route: 'the test', process: 'here', since: 0 };
    const args = { id: hashSessionId(id), token: 'probe' };
    const answer = await this.store.tryLock({ ...args, lease: 1_000, holder });
    return answer.status === 'acquired' && this.store.unlock(args);
  }
}
