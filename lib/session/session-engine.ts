import type { Clock } from '../interfaces/clock.interface.js';
import type { SessionsLogger } from '../interfaces/sessions-logger.interface.js';
import type { SessionStore } from '../stores/session-store.js';
import { CircuitBreaker } from './store-access/circuit-breaker.js';
import type { CookieSignature } from './cookie/cookie-signature.js';
import { GuardedStore } from './store-access/guarded-store.js';
import { InFlight } from './in-flight.js';
import { SessionConflicts } from './session-conflicts.js';
import { CookieReader } from './cookie/cookie-reader.js';
import type { SessionTransport } from './session-transport.js';
import { SessionExpiry } from './session-expiry.js';
import { hashSessionId, type SessionIds } from './session-id.js';
import { SessionLifecycle, type LifecycleParts } from './session-lifecycle.js';
import { SessionLoader } from './session-loader.js';
import { SessionLocks, type LockLimits } from './lock/session-locks.js';
import { SessionPlan } from './session-plan.js';
import { SessionState, type LockSettings } from './session-state.js';
import { SessionTouch } from './session-touch.js';
import { SessionLog } from './session-log.js';
import { SessionWriter, TOMBSTONE_LIFE } from './session-writer.js';

/** What the engine is made of; every duration in milliseconds. */
export interface EngineSettings {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly logger: SessionsLogger;
  readonly isDebug: boolean;
  readonly ids: SessionIds;
  readonly signature: CookieSignature | undefined;
  readonly cookieName: string;
  readonly isCookiePersistent: boolean;
  readonly timeout: number;
  readonly absoluteTimeout: number;
  readonly touchAfter: number;
  readonly storeTimeout: number;
  readonly maxBytes: number;
  readonly locking: LockSettings;
  readonly limits: LockLimits;
}

/** Opens sessions. One for each module: two applications in one process do not meet. */
export class SessionEngine {
  readonly trace: SessionLog;
  readonly locks: SessionLocks;
  readonly #settings: EngineSettings;
  readonly #store: GuardedStore;
  readonly #reader: CookieReader;
  readonly #parts: LifecycleParts;

  constructor(settings: EngineSettings) {
    const { clock, ids } = settings;
    this.#settings = settings;
    this.trace = new SessionLog(settings.logger, clock, settings.isDebug);
    this.#store = new GuardedStore(settings.store, new CircuitBreaker(clock, settings.storeTimeout));
    this.#reader = new CookieReader(settings.cookieName, ids, settings.signature);
    this.locks = new SessionLocks(this.#store, clock, settings.limits, this.trace.warnings);
    const expiry = new SessionExpiry(settings.timeout, settings.absoluteTimeout, settings.touchAfter);
    const plan = new SessionPlan(expiry, ids, clock, settings.isCookiePersistent, settings.limits.maxHold);
    const touch = new SessionTouch(this.#store, this.locks, plan, this.trace);
    const conflicts = new SessionConflicts(this.#store, this.locks, this.trace);
    this.#parts = {
      plan,
      loader: new SessionLoader(this.#store, this.locks, expiry, plan, touch, clock, this.trace),
      writer: new SessionWriter(this.#store, this.locks, conflicts, plan, touch, clock, this.trace, settings.maxBytes),
      trace: this.trace,
      running: new InFlight(),
    };
  }

  /** The settings of a route that says nothing about locking. */
  get locking(): LockSettings {
    return this.#settings.locking;
  }

  /** Costs next to nothing: no store access, no id. */
  open(exchange: SessionTransport, locking = this.#settings.locking): SessionLifecycle {
    return new SessionLifecycle(this.#parts, new SessionState(exchange, this.#reader, locking));
  }

  /** How many live sessions there are. */
  count(): Promise<number> {
    return this.#store.count();
  }

  /** Ends a session by its id, whoever holds its lock; `false` when there is none. */
  destroy(id: string): Promise<boolean> {
    return this.#store.delete({ id: hashSessionId(id), tombstoneUntil: this.#settings.clock.now() + TOMBSTONE_LIFE });
  }

  /** Waits for what is being written, and lets go of every lock. */
  async close(): Promise<void> {
    await this.#parts.running.idle();
    await this.locks.close();
  }
}
